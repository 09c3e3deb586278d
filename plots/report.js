/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.js - what a report can do with script: sort, filter and copy its tables. Built into the
 * program. Without it everything can still be read. */
'use strict';
(function () {
    const tableOf = (name) => document.getElementById('table-' + name);
    const say = (element, text) => {
        element.closest('.tools').querySelector('.said').textContent = text;
    };

    /* A cell as it is sorted and copied: the number as it is, or the text. */
    const raw = (cell) => (cell.dataset.v !== undefined ? cell.dataset.v : cell.textContent.trim());

    function compare(a, b) {
        if (a === b) return 0;
        if (a === '') return 1; /* what is not known comes last */
        if (b === '') return -1;
        const x = Number(a), y = Number(b);
        return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b, 'en', {numeric: true}) : x - y;
    }

    function sortBy(table, column, heading) {
        const body = table.tBodies[0];
        const first = heading.getAttribute('aria-sort');
        const isText = !body.rows.length || body.rows[0].cells[column].dataset.v === undefined;
        const down = first === null ? !isText : first === 'ascending';
        const rows = Array.from(body.rows).map((row, place) => ({row, place,
            value: raw(row.cells[column])}));
        rows.sort((a, b) => {
            const unknown = (a.value === '') - (b.value === '');
            return unknown || (down ? -1 : 1) * compare(a.value, b.value) || a.place - b.place;
        });
        body.append(...rows.map((item) => item.row));
        for (const cell of table.tHead.rows[0].cells) cell.removeAttribute('aria-sort');
        heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    }

    function makeSortable(table) {
        Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
            const button = document.createElement('button');
            button.type = 'button';
            button.textContent = heading.textContent;
            heading.replaceChildren(button);
            button.addEventListener('click', () => sortBy(table, column, heading));
        });
    }

    function filter(input) {
        const table = tableOf(input.dataset.filter);
        const wanted = input.value.trim().toLowerCase();
        let shown = 0;
        for (const row of table.tBodies[0].rows) {
            const names = row.querySelectorAll('th, td:not([data-v])');
            const text = Array.from(names, (cell) => cell.textContent).join('\n').toLowerCase();
            row.hidden = wanted !== '' && !text.includes(wanted);
            shown += row.hidden ? 0 : 1;
        }
        say(input, wanted === '' ? '' : shown + ' of ' + table.tBodies[0].rows.length + ' rows');
    }

    /* RFC 4180. A name that a spreadsheet would take for a formula gets an apostrophe. */
    function field(text, isNumber) {
        const safe = !isNumber && /^[=+@\t\r-]/.test(text) ? "'" + text : text;
        return /[",\r\n]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
    }

    function csvOf(table) {
        const rows = [table.tHead.rows[0], ...Array.from(table.tBodies[0].rows)
            .filter((row) => !row.hidden), ...(table.tFoot ? table.tFoot.rows : [])];
        return rows.map((row) => Array.from(row.cells, (cell) =>
            field(raw(cell), cell.dataset.v !== undefined)).join(',')).join('\r\n') + '\r\n';
    }

    /* The clipboard of pages opened from a file is not always to be had: then the old way. */
    async function copy(button) {
        const text = csvOf(tableOf(button.dataset.copy));
        let done = false;
        try {
            await navigator.clipboard.writeText(text);
            done = true;
        } catch (error) {
            const area = document.createElement('textarea');
            area.value = text;
            button.after(area);
            area.select();
            done = document.execCommand('copy');
            area.remove();
            button.focus();
        }
        say(button, done ? 'Copied' : 'The browser does not allow copying: use Save as CSV');
    }

    function save(button) {
        const table = tableOf(button.dataset.save);
        const link = document.createElement('a');
        link.href = URL.createObjectURL(new Blob([csvOf(table)], {type: 'text/csv'}));
        link.download = table.dataset.name + '.csv';
        link.click();
        URL.revokeObjectURL(link.href);
        say(button, 'Saved as ' + link.download);
    }

    document.querySelectorAll('table.data').forEach(makeSortable);
    document.addEventListener('input', (event) => {
        if (event.target.dataset.filter) filter(event.target);
    });
    document.addEventListener('click', (event) => {
        if (event.target.dataset.copy) copy(event.target);
        if (event.target.dataset.save) save(event.target);
    });
    /* On paper everything is open but what would fill it. */
    window.addEventListener('beforeprint', () => {
        document.querySelectorAll('details:not(.long)').forEach((details) => { details.open = true; });
    });
}());
