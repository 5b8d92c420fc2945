(() => {
"use strict";
const script = document.currentScript;
if (!script || window.Youju) return;
const options = { ...script.dataset };
const base = new URL(".", script.src).href;
const mode = ["inline", "link"].includes(options.mode) ? options.mode : "launcher";
const wish = (options.lang || document.documentElement.lang || navigator.language || "").toLowerCase();
const lang = !wish.startsWith("zh") ? (wish ? "en" : "zh-CN") : /tw|hk|mo|hant/.test(wish) ? "zh-TW" : "zh-CN";
const title = options.title || { "zh-CN": "有据问答", "zh-TW": "有據問答", en: "Ask the documents" }[lang];
const listeners = new Map();
const PANEL = `${base}panel.js?v=115ceecad7bbe46e`;
let host, root, button, opener, panel, panel_url, loading, dark;
const emit = (name, detail) => {
for (const listener of listeners.get(name) || []) {
try {
listener(detail);
} catch (error) {
console.error(error);
}
}
};
const make = (name, attributes = {}, ...children) => {
const element = document.createElement(name);
for (const [key, value] of Object.entries(attributes)) {
if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
else if (value !== null && value !== false) element.setAttribute(key, value === true ? "" : value);
}
element.append(...children);
return element;
};
const styled = (css) => {
const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
};
const parts = (text) => {
const found = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(text);
return found && found[4] !== "0" ? found.slice(1, 4).map(Number) : null;
};
const rgb = (text) => {
const probe = make("i");
probe.style.color = text || "";
if (!probe.style.color) return null;
root.append(probe);
const found = parts(getComputedStyle(probe).color);
probe.remove();
return found;
};
const luminance = (color) => {
const [r, g, b] = color.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
return (high + 0.05) / (low + 0.05);
};
const readable = (color, ground) => {
const end = luminance(ground) > 0.18 ? 0 : 255;
let found = color;
for (let step = 0; step <= 20 && contrast(found, ground) < 4.5; step++)
found = color.map((v) => Math.round(v + ((end - v) * step) / 20));
return found;
};
const css = (color) => `rgb(${color.join(" ")})`;
const isDark = () => {
if (options.theme === "dark" || options.theme === "light") return options.theme === "dark";
for (const element of [document.body, document.documentElement]) {
const ground = parts(getComputedStyle(element).backgroundColor);
if (ground) return luminance(ground) < 0.18;
}
return matchMedia("(prefers-color-scheme: dark)").matches;
};
const build = () => {
let name = "youju-widget";
while (customElements.get(name)) name += "-";
customElements.define(name, class extends HTMLElement {});
host = document.createElement(name);
root = host.attachShadow({ mode: "open" });
const target = mode === "inline" && document.querySelector(options.target);
(target || document.documentElement).append(host);
dark = isDark();
const ground = dark ? [27, 29, 33] : [255, 255, 255];
const accent = readable(rgb(options.color) || [20, 83, 160], ground);
const on = luminance(accent) > 0.18 ? [0, 0, 0] : [255, 255, 255];
const side = /left/.test(options.position) ? "left" : "right";
const edge = /top/.test(options.position) ? "top" : "bottom";
const [dx, dy] = (options.offset || "24,24").split(",").map((v) => Math.min(Math.max(parseInt(v, 10) || 0, 0), 400));
const host_style = {
all: "initial",
display: "block",
direction: "ltr",
...(mode === "inline"
? { width: "100%", height: "100%", "min-height": "420px" }
: { position: "fixed", "z-index": 2147483647, inset: "auto", [side]: `${dx}px`, [edge]: `${dy}px` }),
"--accent": css(accent),
"--on": css(on),
"--ground": css(ground),
"--text": dark ? "#ececf0" : "#1b1d21",
"--soft": dark ? "#b4b8c0" : "#555b66",
"--line": dark ? "#4a4f59" : "#c9ced6",
"--tint": dark ? "#292c33" : "#f1f4f8",
"--mark": dark ? "#5c4d00" : "#ffe89a",
"--bad": dark ? "#ff9c94" : "#b3261e",
"color-scheme": dark ? "dark" : "light",
font: '16px/1.6 system-ui,-apple-system,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif',
color: "var(--text)",
};
const important = Object.entries(host_style).map(([name, value]) => `${name}:${value}!important;`);
styled(
`:host{${important.join("")}}` +
`*{box-sizing:border-box}button{font:inherit;color:inherit;cursor:pointer}` +
`.launch{min-height:48px;padding:10px 20px;border:2px solid var(--on);border-radius:26px;background:var(--accent);` +
`color:var(--on);box-shadow:0 2px 12px #0005}.launch:focus-visible{outline:3px solid var(--accent);outline-offset:3px}` +
`[hidden]{display:none!important}@media print{:host{display:none!important}}`
);
if (mode === "launcher") {
button = make("button", { class: "launch", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => toggle() }, title);
root.append(button);
}
};
const load = () => {
loading ||= new Promise((resolve, reject) => {
const tag = document.createElement("script");
panel_url ||= window.trustedTypes ? trustedTypes.createPolicy("youju", { createScriptURL: (u) => u }).createScriptURL(PANEL) : PANEL;
tag.youju = resolve;
tag.onerror = () => reject(new Error("panel"));
tag.crossOrigin = "anonymous";
tag.integrity = "sha384-y3XIK3vhbBGQxiX+MDUjBkiVPxTz0VZSBqmrTXZvAIrzs21r27JD+0bQhn4+u5l2";
tag.src = panel_url;
document.head.append(tag);
}).then((create) => {
panel = create({ root, base, mode, lang, title, options, make, styled, emit, close });
return panel;
});
loading.catch((error) => {
loading = null;
console.error(`Youju: ${base}panel.js could not be loaded; see ${base}diagnose?site=${options.site}`);
emit("error", { type: "load", message: String(error) });
});
return loading;
};
const open = (settings = {}) => {
opener = settings.from || button || document.activeElement;
return load().then((made) => {
made.show(settings.focus !== false);
if (button) {
button.textContent = title;
button.setAttribute("aria-expanded", "true");
button.setAttribute("aria-controls", "panel");
}
emit("open");
});
};
function close() {
if (!panel || mode === "inline") return;
panel.hide();
if (button) button.setAttribute("aria-expanded", "false");
if (opener && opener.focus) opener.focus();
emit("close");
}
const toggle = () => (panel && panel.shown() ? close() : open().catch(trouble));
const trouble = () => {
if (button) button.textContent = `${title} ⚠`;
};
window.Youju = Object.freeze({
open: () => open(),
close,
ask: (question) => open().then(() => panel.ask(String(question))),
on: (name, listener) => {
listeners.set(name, [...(listeners.get(name) || []), listener]);
return () => listeners.set(name, listeners.get(name).filter((other) => other !== listener));
},
diagnose: () => fetch(`${base}diagnose?${new URLSearchParams({ site: options.site || "", page: location.href, lang })}`).then((r) => r.json()),
});
const begin = () => {
build();
if (mode === "link") {
const links = options.target ? document.querySelectorAll(options.target) : [];
for (const link of links)
link.addEventListener("click", (event) => {
event.preventDefault();
open({ from: link }).catch(trouble);
});
if (!links.length) {
const link = make("a", { href: "#", onclick: (event) => (event.preventDefault(), open({ from: link }).catch(trouble)) }, title);
script.after(link);
}
}
let left;
try {
left = JSON.parse(sessionStorage.getItem(`youju:${options.site}`) || "{}").open;
} catch {
left = false;
}
if (mode === "inline" || left) open({ focus: false }).catch(trouble);
};
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
else begin();
})();
