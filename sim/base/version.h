// SPDX-License-Identifier: GPL-3.0-or-later
/* version.h - what this program is, and where it was built and installed. All texts are static. */
#ifndef MX_VERSION_H
#define MX_VERSION_H

const char *mx_version(void);  /* "0.1.0" */
const char *mx_commit(void);   /* "76c68401b2f3", "...-dirty" with changes, "unknown" */
const char *mx_compiler(void); /* first line of its --version */
const char *mx_flags(void);    /* the user's: optimisation and the like */

/* Where `make install` puts scenarios and presets: PREFIX/share/mxsim. */
const char *mx_share_dir(void);
/* The source tree, whose scenarios/ an uninstalled program uses. May be gone. */
const char *mx_source_dir(void);

#endif
