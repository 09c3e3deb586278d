// SPDX-License-Identifier: GPL-3.0-or-later
// browse.mjs - open pages in headless Chromium and look at them: console, requests, tables, what a
// screen reader is told, screenshots. Speaks the DevTools protocol over a pipe, needs no package.
//
//   node browse.mjs [--axe FILE] [--shots FOLDER] [--once] [--within MS] PAGE...
//
// Prints what is wrong, a line each, and ends with 1; with 77 when there is no Chromium. With
// --axe FILE the checks of axe-core run in each page: all when wide and light, contrast when dark,
// what hangs on the width when narrow. --within: opening may cost the page's thread so many
// milliseconds of processor time, which other work on the machine does not change. --once: at
// 1000 px alone. Two pages are looked at at a time, each in a window of its own.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const options = { pages: [] };
for (let i = 2; i < process.argv.length; i++) {
    const argument = process.argv[i];
    if (argument === '--axe') options.axe = fs.readFileSync(process.argv[++i], 'utf8');
    else if (argument === '--shots') options.shots = process.argv[++i];
    else if (argument === '--within') options.within = Number(process.argv[++i]);
    else if (argument === '--once') options.once = true;
    else options.pages.push(argument);
}

const program = ['chromium', 'chromium-browser', 'google-chrome'].find(
    (name) => spawnSync(name, ['--version']).status === 0);
if (program === undefined) {
    console.log('no Chromium here (Debian package chromium)');
    process.exit(77);
}

const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'mxsim-browse-'));
const child = spawn(program, ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--disable-dev-shm-usage', '--disable-extensions', '--hide-scrollbars',
    '--force-color-profile=srgb', '--remote-debugging-pipe', `--user-data-dir=${profile}`,
    'about:blank'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: profile } });

let said = '';
let next = 1;
const waiting = new Map();
const listeners = [];
child.stdio[4].setEncoding('utf8');
child.stdio[4].on('data', (text) => {
    said += text;
    for (let end = said.indexOf('\0'); end >= 0; end = said.indexOf('\0')) {
        const message = JSON.parse(said.slice(0, end));
        said = said.slice(end + 1);
        if (message.id !== undefined) {
            const { resolve, reject } = waiting.get(message.id);
            waiting.delete(message.id);
            if (message.error) reject(new Error(message.error.message));
            else resolve(message.result);
        } else {
            listeners.forEach((listener) => listener(message));
        }
    }
});
const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    waiting.set(next, { resolve, reject });
    child.stdio[3].write(JSON.stringify({ id: next++, method, params, sessionId }) + '\0');
});

const mistakes = [];
const wrong = (page, text) => mistakes.push(`${path.basename(page)}: ${text}`);

/* A fresh tab on the page; runs `look` with a way to evaluate expressions there. */
async function open(page, settings, look) {
    const { targetId } = await send('Target.createTarget', { url: 'about:blank', newWindow: true });
    const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
    const tab = (method, params) => send(method, params, sessionId);
    const url = pathToFileURL(path.resolve(page)).href;
    let loaded;
    const isLoaded = new Promise((resolve) => { loaded = resolve; });
    const listener = (message) => {
        if (message.sessionId !== sessionId) return;
        const { method, params } = message;
        if (method === 'Page.loadEventFired') loaded();
        if (method === 'Runtime.exceptionThrown')
            wrong(page, `script failed: ${params.exceptionDetails.exception?.description}`);
        if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type))
            wrong(page, `console: ${params.args.map((a) => a.value ?? a.description).join(' ')}`);
        if (method === 'Log.entryAdded' && ['error', 'warning'].includes(params.entry.level))
            wrong(page, `log: ${params.entry.text}`);
        if (method === 'Network.requestWillBeSent' && params.request.url.split('#')[0] !== url &&
            !params.request.url.startsWith('blob:') && !params.request.url.startsWith('data:'))
            wrong(page, `asks for ${params.request.url}`);
    };
    listeners.push(listener);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await tab(`${domain}.enable`);
    const show = async (view) => {
        await tab('Emulation.setDeviceMetricsOverride',
            { width: view.width, height: 900, deviceScaleFactor: 1, mobile: view.width < 600 });
        await tab('Emulation.setEmulatedMedia', { media: view.media ?? '',
            features: [{ name: 'prefers-color-scheme', value: view.dark ? 'dark' : 'light' }] });
    };
    await show(settings);
    if (options.within) await tab('Performance.enable', { timeDomain: 'threadTicks' });
    if (settings.script === false) await tab('Emulation.setScriptExecutionDisabled', { value: true });
    await tab('Page.navigate', { url });
    await isLoaded;
    const evaluate = async (expression) => {
        const { result, exceptionDetails } = await tab('Runtime.evaluate',
            { expression, awaitPromise: true, returnByValue: true, userGesture: true });
        if (exceptionDetails)
            throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
    };
    await look({ evaluate, tab, show });
    listeners.splice(listeners.indexOf(listener), 1);
    await send('Target.closeTarget', { targetId });
}

/* --- what is looked at --- */

/* Sorted by a column the rows are in its order, both ways, and none is lost; a filter leaves what
 * it names; the CSV holds the numbers as they are. Runs in the page. */
const tryTables = async () => {
    const failed = [];
    const texts = (rows) => Array.from(rows, (row) => row.textContent);
    for (const table of document.querySelectorAll('table.data')) {
        const name = table.id, body = table.tBodies[0];
        const before = texts(body.rows).sort().join('\n');
        const headings = table.tHead.rows[0].cells;
        for (let column = 0; column < headings.length; column++) {
            for (let turn = 0; turn < 2; turn++) {
                headings[column].querySelector('button').click();
                const direction = headings[column].getAttribute('aria-sort');
                const cells = Array.from(body.rows, (row) => row.cells[column]);
                const values = cells.filter((cell) => cell.dataset.v !== undefined && cell.dataset.v !== '')
                    .map((cell) => Number(cell.dataset.v));
                const sign = direction === 'descending' ? -1 : 1;
                if (values.some((value, i) => i > 0 && sign * (value - values[i - 1]) < 0))
                    failed.push(`${name}: column ${column} is not in ${direction} order`);
                const gap = cells.findIndex((cell) => cell.dataset.v === '');
                if (gap >= 0 && cells.slice(gap).some((cell) => cell.dataset.v !== ''))
                    failed.push(`${name}: column ${column}: what is not known is not last`);
            }
        }
        if (document.querySelectorAll(`#${name} [aria-sort]`).length !== 1)
            failed.push(`${name}: not one column says how it is sorted`);
        if (texts(body.rows).sort().join('\n') !== before)
            failed.push(`${name}: rows were lost in sorting`);
        const input = document.querySelector(`[data-filter="${name.slice('table-'.length)}"]`);
        const wanted = body.rows.length ? body.rows[0].querySelector('th').textContent : '';
        input.value = wanted.toUpperCase();
        input.dispatchEvent(new Event('input', { bubbles: true }));
        const left = Array.from(body.rows).filter((row) => !row.hidden);
        if (wanted !== '' && (left.length === 0 ||
            left.some((row) => !row.textContent.toLowerCase().includes(wanted.toLowerCase()))))
            failed.push(`${name}: filtering by "${wanted}" leaves the wrong rows`);
        input.value = '';
        input.dispatchEvent(new Event('input', { bubbles: true }));
        if (Array.from(body.rows).some((row) => row.hidden))
            failed.push(`${name}: an empty filter hides rows`);
        let csv = '';
        Object.defineProperty(navigator, 'clipboard',
            { configurable: true, value: { writeText: async (text) => { csv = text; } } });
        document.querySelector(`[data-copy="${name.slice('table-'.length)}"]`).click();
        await new Promise((resolve) => setTimeout(resolve, 0));
        const lines = csv.trimEnd().split('\r\n');
        if (lines.length !== table.rows.length)
            failed.push(`${name}: ${lines.length} lines of CSV for ${table.rows.length} rows`);
        const number = table.querySelector('tbody td[data-v]:not([data-v=""])');
        if (number && !csv.includes(number.dataset.v))
            failed.push(`${name}: the CSV lacks ${number.dataset.v}`);
    }
    return failed;
};

/* Structure that needs no tool: headings in order, tables with captions and scopes, pictures with a
 * text, ids used once, anchors that lead somewhere, colours that are defined, nothing wider than
 * the window. Runs in the page. */
const lookAtStructure = () => {
    const failed = [];
    let level = 0;
    for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
        const here = Number(heading.tagName[1]);
        if (here > level + 1) failed.push(`heading "${heading.textContent}" skips a level`);
        level = here;
    }
    if (document.querySelectorAll('h1').length !== 1) failed.push('not one h1');
    for (const table of document.querySelectorAll('table')) {
        if (!table.caption || table.caption.textContent.trim() === '')
            failed.push(`table ${table.id} has no caption`);
        if (table.querySelectorAll('th:not([scope])').length > 0)
            failed.push(`table ${table.id} has headers without scope`);
    }
    for (const picture of document.querySelectorAll('svg')) {
        if (picture.getAttribute('role') !== 'img' || (picture.getAttribute('aria-label') ?? '').length < 20)
            failed.push('a picture has no text alternative');
        if (picture.getBoundingClientRect().height < 40) failed.push('a picture has no height');
        if (picture.querySelector('image, foreignObject, script, a'))
            failed.push('a picture holds what it should not');
    }
    const ids = new Set();
    for (const element of document.querySelectorAll('[id]')) {
        if (ids.has(element.id)) failed.push(`id ${element.id} is there twice`);
        ids.add(element.id);
    }
    for (const anchor of document.querySelectorAll('a[href^="#"], use'))
        if (!document.getElementById(anchor.getAttribute('href').slice(1)))
            failed.push(`${anchor.getAttribute('href')} leads nowhere`);
    const style = getComputedStyle(document.documentElement);
    const names = new Set(document.documentElement.innerHTML.match(/var\(--[a-z0-9-]+\)/g) ?? []);
    for (const name of names)
        if (style.getPropertyValue(name.slice(4, -1)).trim() === '') failed.push(`${name} is not defined`);
    if (document.documentElement.scrollWidth > innerWidth)
        failed.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${innerWidth}`);
    return failed;
};

/* On paper: light colours, nothing that can be clicked, no table cut off. Runs in the page. */
const lookAtPrint = () => {
    const failed = [];
    const style = (element) => getComputedStyle(element);
    for (const element of document.querySelectorAll('nav, .tools, .how'))
        if (style(element).display !== 'none') failed.push(`${element.className} is printed`);
    for (const element of document.querySelectorAll('.scroll, .picture, pre'))
        if (style(element).overflowY !== 'visible' || style(element).maxHeight !== 'none')
            failed.push(`${element.getAttribute('aria-label')} is cut off`);
    if (style(document.body).backgroundColor !== 'rgb(255, 255, 255)') failed.push('dark paper');
    return failed;
};

/* The sum of layout shifts since the page was opened. */
const shift = `new Promise((resolve) => {
    let sum = 0;
    const add = (entries) => entries.forEach((entry) => { sum += entry.value; });
    const observer = new PerformanceObserver((list) => add(list.getEntries()));
    observer.observe({type: 'layout-shift', buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
        add(observer.takeRecords());
        resolve(sum);
    }, 0)));
})`;

/* Main thread's work so far, in ms. */
async function work(tab) {
    const { metrics } = await tab('Performance.getMetrics');
    return 1000 * metrics.find((metric) => metric.name === 'TaskDuration').value;
}

/* Screenshots of the whole page, in pieces that can be looked at. */
async function shoot(page, name, tab) {
    const { cssContentSize } = await tab('Page.getLayoutMetrics');
    fs.mkdirSync(options.shots, { recursive: true });
    for (let y = 0, part = 1; y < Math.min(cssContentSize.height, 20000); y += 1600, part++) {
        const { data } = await tab('Page.captureScreenshot', { format: 'png',
            captureBeyondViewport: true, clip: { x: 0, y, width: cssContentSize.width,
                height: Math.min(1600, cssContentSize.height - y), scale: 1 } });
        fs.writeFileSync(path.join(options.shots,
            `${path.basename(page, '.html')}-${name}-${part}.png`), data, 'base64');
    }
}

/* which: options of axe.run. Rows of a table are alike: of long ones the first are looked
 * at; and of pictures of very many marks the name alone. */
async function runAxe(page, name, which, evaluate) {
    if (options.axe === undefined) return;
    if (!await evaluate('Boolean(window.axe)')) await evaluate(options.axe + '; 0');
    const found = await evaluate(`axe.run(document, ${JSON.stringify({ resultTypes: ['violations'],
        ...which })}).then((r) =>
        r.violations.map((v) => v.id + ': ' + v.help + ' (' + v.nodes.length + ', first: ' +
        v.nodes[0].html.slice(0, 160) + ' ' + (v.nodes[0].any[0]?.message ?? '') + ')'))`);
    found.forEach((text) => wrong(page, `axe, ${name}: ${text}`));
}
const shorten = `window.cut = Array.from(document.querySelectorAll('tbody'), (body) => {
    const rest = Array.from(body.rows).slice(12);
    rest.forEach((row) => row.remove());
    return { body, rest };
});
for (const body of document.querySelectorAll('svg')) { /* a picture is one thing to a reader */
    const rest = Array.from(body.childNodes), shapes = body.querySelectorAll('path, polygon, use');
    if (shapes.length > 400) window.cut.push({ body, rest }) && body.replaceChildren();
} 0`;
const restore = 'window.cut.forEach(({ body, rest }) => body.append(...rest)); 0';

const contrast = { runOnly: ['color-contrast'] };
const narrow = { rules: { 'color-contrast': { enabled: false } } };
/* The first two are opened, the others are the first page seen otherwise. */
const views = {
    first: { name: '1000', width: 1000, axe: {} },
    narrow: { name: '400', width: 400, axe: narrow },
    wide: { name: '1600', width: 1600 },
    dark: { name: '1000-dark', width: 1000, dark: true, axe: contrast },
    darkNarrow: { name: '400-dark', width: 400, dark: true },
};

async function lookAtView(page, view, { evaluate, tab }, isOpened) {
    (await evaluate(`(${lookAtStructure})()`)).forEach((text) => wrong(page, `${view.name}: ${text}`));
    if (isOpened && await evaluate(shift) > 0.01) wrong(page, `${view.name}: the layout shifts`);
    await evaluate('document.querySelectorAll("details:not(.long)").forEach((d) => { d.open = true; })');
    if (view.axe && options.axe) {
        await evaluate(shorten);
        await runAxe(page, view.name, view.axe, evaluate);
        await evaluate(restore);
    }
    if (options.shots) await shoot(page, view.name, tab);
}

async function lookAt(page) {
    await open(page, views.first, async (opened) => {
        if (options.within && await work(opened.tab) > options.within)
            wrong(page, `takes ${(await work(opened.tab)).toFixed(0)} ms to open`);
        await lookAtView(page, views.first, opened, true);
        if (!options.once) {
            for (const view of [views.wide, views.dark]) {
                await opened.show(view);
                await lookAtView(page, view, opened, false);
            }
            await opened.show({ name: 'print', width: 1000, dark: true, media: 'print' });
            (await opened.evaluate(`(${lookAtPrint})()`)).forEach((text) => wrong(page, `print: ${text}`));
            await opened.show(views.first);
        }
        (await opened.evaluate(`(${tryTables})()`)).forEach((text) => wrong(page, text));
    });
    if (options.once) return;
    await open(page, views.narrow, async (opened) => {
        await lookAtView(page, views.narrow, opened, true);
        await opened.show(views.darkNarrow);
        await lookAtView(page, views.darkNarrow, opened, false);
    });
    await open(page, { width: 1000, script: false }, async ({ tab }) => {
        const { nodes } = await tab('Accessibility.getFullAXTree');
        const roles = nodes.map((node) => node.role?.value);
        for (const role of ['heading', 'table', 'image'])
            if (!roles.includes(role)) wrong(page, `without script there is no ${role}`);
        if (options.shots) await shoot(page, 'no-script', tab);
    });
}

let code = 0;
try {
    const left = [...options.pages];
    const worker = async () => { while (left.length > 0) await lookAt(left.shift()); };
    await Promise.all([worker(), worker()]);
    for (const text of mistakes.sort()) console.log(text);
    code = mistakes.length > 0 ? 1 : 0;
} catch (error) {
    console.log(`the browser failed: ${error.message}`);
    code = 1;
}
const ended = new Promise((resolve) => child.on('exit', resolve));
await Promise.race([send('Browser.close').then(() => ended).catch(() => {}),
    new Promise((resolve) => setTimeout(resolve, 3000))]);
child.kill('SIGKILL');
await ended;
fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
process.exit(code);
