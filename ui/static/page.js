// The page's own script: citations and the source panel, conversations kept in the browser, links, language, theme.
// Text from documents reaches it only as DOM built from escaped HTML; it is cloned, never parsed again.
(() => {
  "use strict";
  const COOKIE = "youju_language";
  const KEPT = "youju.conversation."; // + id, one entry a conversation, so that two windows do not overwrite each other
  const KEEP = 50;

  // ---- language: one cookie for both sides; Gradio's own words follow navigator.language
  const cookie = document.cookie.split("; ").find((c) => c.startsWith(COOKIE + "="));
  const language = (cookie ? cookie.split("=")[1] : navigator.language || "zh").startsWith("zh") ? "zh" : "en";
  document.cookie = `${COOKIE}=${language}; path=/; max-age=31536000; samesite=lax`;
  const locale = language === "zh" ? "zh-CN" : "en";
  Object.defineProperty(navigator, "language", { get: () => locale });
  Object.defineProperty(navigator, "languages", { get: () => [locale] });
  document.documentElement.lang = locale;
  const say = (key, values = {}) =>
    Object.entries(values).reduce((s, [k, v]) => s.replace(`{${k}}`, () => v), (window.youjuWords[language] || {})[key] || key);

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  // ---- the way to the server: events of the bridge component, held back until it is there
  let waiting = [];
  const send = (name, data) => (window.youjuSend ? window.youjuSend(name, data) : waiting.push([name, data]));
  window.addEventListener("youju-ready", () => {
    const held = waiting;
    waiting = [];
    setTimeout(() => held.forEach(([name, data]) => send(name, data)), 0);
  });

  // ---- telling: a line for everyone, spoken by screen readers
  function tell(text) {
    let line = $("#yj-tell");
    if (!line) document.body.append((line = make("div", { id: "yj-tell", role: "status", "aria-live": "polite" })));
    line.textContent = text;
    line.classList.add("yj-on");
    clearTimeout(line.timer);
    line.timer = setTimeout(() => line.classList.remove("yj-on"), 2500);
  }

  async function copy(text) {
    try {
      if (navigator.clipboard && window.isSecureContext) await navigator.clipboard.writeText(text);
      else {
        const area = make("textarea", { style: "position:fixed;opacity:0" });
        area.value = text;
        document.body.append(area);
        area.select();
        const copied = document.execCommand("copy"); // the only way on plain http
        area.remove();
        if (!copied) throw new Error("refused");
      }
      tell(say("copied"));
    } catch {
      tell(say("copy_failed"));
    }
  }

  function saveBlob(name, blob) {
    const link = make("a", { download: name, href: URL.createObjectURL(blob) });
    link.click(); // outside the page: in it, a link without a name would stand there for a while
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // ---- the source panel
  let shown = { turn: null, number: null, opener: null };

  function panel() {
    const holder = $("#yj-panel-here");
    if (!holder) return null;
    let aside = $("#yj-panel", holder);
    if (!aside) {
      const close = make("button", { type: "button", id: "yj-panel-close", "aria-label": say("close"), title: say("close") }, "×");
      close.addEventListener("click", closePanel);
      const step = (by, key, sign) => {
        const button = make("button", { type: "button", class: "yj-step", "aria-label": say(key), title: say(key) }, sign);
        button.addEventListener("click", () => stepCitation(by));
        return button;
      };
      aside = make("aside", { id: "yj-panel", "aria-label": say("sources") },
        make("div", { id: "yj-panel-head" }, make("h2", {}, say("sources")), step(-1, "previous_citation", "‹"), step(1, "next_citation", "›"), close),
        make("div", { id: "yj-panel-body", tabindex: "0", role: "region", "aria-label": say("sources") }, make("p", { class: "yj-note" }, say("sources_empty"))));
      holder.replaceChildren(aside);
    }
    return aside;
  }

  function fillPanel(turn) {
    const aside = panel(), cards = $(".yj-cards", turn);
    if (!aside) return;
    const body = $("#yj-panel-body", aside);
    if (!cards || !cards.children.length) body.replaceChildren(make("p", { class: "yj-note" }, say("sources_empty")));
    else body.replaceChildren(...[...cards.children].map((card) => card.cloneNode(true)));
    shown = { turn: turn.id, number: null, opener: null };
    aside.classList.toggle("yj-has-cards", Boolean($(".yj-card", body)));
  }

  function openCitation(turn, number, opener, { focus = true } = {}) {
    const aside = panel();
    if (!turn || !aside || !$(`.yj-cards [data-card="${number}"]`, turn)) return;
    if (shown.turn !== turn.id || !$(`[data-card="${number}"]`, aside)) fillPanel(turn);
    shown = { turn: turn.id, number, opener: opener || shown.opener };
    document.body.classList.add("yj-panel-open");
    const card = $(`[data-card="${number}"]`, aside);
    $$(".yj-card", aside).forEach((c) => c.classList.toggle("yj-current", c === card));
    $$(".yj-cite").forEach((c) => c.classList.toggle("yj-current", c.closest(".yj-turn") === turn && c.dataset.cite === String(number)));
    if (focus) card.focus({ preventScroll: true });
    const body = $("#yj-panel-body", aside), mark = $("mark", card) || card;
    body.scrollTop += Math.min(card.getBoundingClientRect().top - body.getBoundingClientRect().top - 8,
      mark.getBoundingClientRect().top - body.getBoundingClientRect().top - body.clientHeight / 3) ;
    if (card.getBoundingClientRect().height < body.clientHeight)
      body.scrollTop += card.getBoundingClientRect().top - body.getBoundingClientRect().top - 8;
    if (opener && getComputedStyle(aside).position === "fixed") { // a sheet from below: what was pressed stays in sight
      const under = opener.getBoundingClientRect().bottom + 12 - aside.getBoundingClientRect().top;
      if (under > 0) window.scrollBy(0, under);
    }
    hidePeek();
  }

  function stepCitation(by) {
    const turn = document.getElementById(shown.turn) || $$(".yj-turn").at(-1);
    if (!turn) return;
    const numbers = $$(".yj-cards [data-card]", turn).map((c) => c.dataset.card);
    if (!numbers.length) return;
    const at = numbers.indexOf(String(shown.number));
    openCitation(turn, numbers[(at + by + numbers.length) % numbers.length], shown.opener);
  }

  function closePanel() {
    document.body.classList.remove("yj-panel-open");
    $$(".yj-current").forEach((c) => c.classList.remove("yj-current"));
    const turn = document.getElementById(shown.turn);
    const back = (turn && shown.number && $(`.yj-cite[data-cite="${shown.number}"]`, turn)) || shown.opener;
    shown.number = null;
    if (back && back.isConnected) back.focus();
  }

  // ---- the hover card
  function showPeek(marker) {
    const card = $(`.yj-cards [data-card="${marker.dataset.cite}"]`, marker.closest(".yj-turn"));
    const content = card && $(".yj-peek", card);
    if (!content) return;
    let box = $("#yj-peek");
    if (!box) document.body.append((box = make("div", { id: "yj-peek", role: "tooltip" })));
    box.replaceChildren(make("p", { class: "yj-peek-title" }, $("h3", card).textContent), ...[...content.cloneNode(true).childNodes]);
    box.classList.add("yj-on");
    marker.setAttribute("aria-describedby", "yj-peek");
    const at = marker.getBoundingClientRect(), width = Math.min(380, window.innerWidth - 24);
    box.style.width = `${width}px`;
    box.style.left = `${Math.max(12, Math.min(at.left - width / 3, window.innerWidth - width - 12))}px`;
    const above = at.top > box.offsetHeight + 16;
    box.style.top = `${above ? at.top - box.offsetHeight - 8 : at.bottom + 8}px`;
  }
  function hidePeek() {
    $("#yj-peek")?.classList.remove("yj-on");
    $$(".yj-cite[aria-describedby]").forEach((c) => c.removeAttribute("aria-describedby"));
  }

  // ---- conversations
  const entries = () => Object.keys(localStorage).filter((k) => k.startsWith(KEPT)).map((k) => {
    try { return JSON.parse(localStorage.getItem(k)); } catch { return null; }
  }).filter((c) => c && Array.isArray(c.turns)).sort((a, b) => b.at - a.at);

  const current = () => {
    let id = sessionStorage.getItem("youju.current");
    if (!id) sessionStorage.setItem("youju.current", (id = Date.now().toString(36) + Math.random().toString(36).slice(2, 8)));
    return id;
  };

  function remember() {
    const turns = $$(".yj-turn[data-stored]").map((t) => JSON.parse(t.dataset.stored));
    if (!turns.length || $(".yj-is-running")) return;
    const id = current(), kept = localStorage.getItem(KEPT + id);
    const value = { id, title: turns[0].question.slice(0, 60), at: Date.now(), turns };
    if (kept && JSON.stringify(JSON.parse(kept).turns) === JSON.stringify(turns)) return;
    entries().slice(KEEP).forEach((old) => localStorage.removeItem(KEPT + old.id));
    for (;;) {
      try { return localStorage.setItem(KEPT + id, JSON.stringify(value)); }
      catch { // full: the oldest goes
        const oldest = entries().filter((c) => c.id !== id).at(-1);
        if (!oldest) return;
        localStorage.removeItem(KEPT + oldest.id);
      }
    }
  }

  function open(id) {
    const kept = entries().find((c) => c.id === id);
    if (!kept) return;
    sessionStorage.setItem("youju.current", id);
    send("open_turns", { turns: kept.turns });
    hideHistory();
  }

  function fresh() {
    sessionStorage.removeItem("youju.current");
    send("open_turns", { turns: [] });
    hideHistory();
    const body = $("#yj-panel-body");
    if (body) body.replaceChildren(make("p", { class: "yj-note" }, say("sources_empty")));
    $("#yj-panel")?.classList.remove("yj-has-cards");
    $("#yj-box textarea, #yj-box input")?.focus();
  }

  function toggleHistory() {
    if ($("#yj-drawer")) return hideHistory();
    const list = make("ul", {});
    for (const c of entries()) {
      const go = make("button", { type: "button", class: "yj-drawer-open" }, c.title);
      if (c.id === sessionStorage.getItem("youju.current")) go.setAttribute("aria-current", "true");
      go.addEventListener("click", () => open(c.id));
      const gone = say("delete_conversation", { title: c.title });
      const drop = make("button", { type: "button", class: "yj-drawer-drop", "aria-label": gone, title: gone }, "×");
      drop.addEventListener("click", () => {
        localStorage.removeItem(KEPT + c.id);
        if (c.id === sessionStorage.getItem("youju.current")) fresh();
        else { hideHistory(); toggleHistory(); }
      });
      list.append(make("li", {}, go, drop));
    }
    const shut = make("button", { type: "button", class: "yj-drawer-drop", "aria-label": say("close"), title: say("close") }, "×");
    shut.addEventListener("click", hideHistory);
    const drawer = make("div", { id: "yj-drawer", role: "dialog", "aria-label": say("conversations"), tabindex: "-1" },
      make("header", {}, make("h2", {}, say("conversations")), shut), list.children.length ? list : make("p", { class: "yj-note" }, say("no_conversations")));
    document.body.append(drawer);
    ($(".yj-drawer-open", drawer) || shut).focus();
  }
  function hideHistory() {
    if (!$("#yj-drawer")) return;
    $("#yj-drawer").remove();
    $("#yj-history")?.focus();
  }

  // ---- what the buttons of a turn do
  const acts = {
    copy(turn) {
      const clone = $(".yj-answer .yj-text, .yj-answer .yj-abstained", turn).cloneNode(true);
      copy(clone.textContent.trim() + "\n\n" + $$(".yj-cards [data-copy]", turn).map((b) =>
        `${$(".yj-number", b.closest(".yj-card")).textContent} ${b.dataset.copy}`).join("\n"));
    },
    link(turn) {
      const url = new URL(location.pathname, location.origin);
      url.searchParams.set("q", $(".yj-asked", turn).textContent);
      copy(url.href);
    },
    retry(turn) { send("ask_again", { turn: Number(turn.dataset.turn) }); },
    alone(turn) { send("ask_again", { turn: Number(turn.dataset.turn), alone: true }); },
    everywhere(turn) { send("ask_again", { turn: Number(turn.dataset.turn), everywhere: true }); },
    edit(turn, button) {
      if ($(".yj-editing", turn)) return;
      const area = make("textarea", { rows: "2", "aria-label": say("edit") });
      area.value = button.dataset.text;
      const again = make("button", { type: "button", class: "yj-button" }, say("save_edit"));
      const cancel = make("button", { type: "button", class: "yj-link" }, say("cancel"));
      const form = make("div", { class: "yj-editing" }, area, again, cancel);
      const go = () => {
        if (!area.value.trim()) return;
        form.remove();
        send("ask_again", { turn: Number(turn.dataset.turn), question: area.value });
      };
      again.addEventListener("click", go);
      cancel.addEventListener("click", () => { form.remove(); button.focus(); });
      area.addEventListener("keydown", (e) => {
        if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); go(); }
        if (e.key === "Escape") { e.stopPropagation(); form.remove(); button.focus(); }
      });
      $(".yj-question", turn).append(form);
      area.focus();
    },
    helpful(turn, button) {
      button.setAttribute("aria-pressed", "true");
      send("give_feedback", { turn: Number(turn.dataset.turn), helpful: true });
    },
    unhelpful(turn, button) {
      const form = $(".yj-feedback", turn);
      form.hidden = !form.hidden;
      button.setAttribute("aria-expanded", String(!form.hidden));
      if (!form.hidden) $("input", form).focus();
    },
    "send-feedback"(turn, button) {
      const form = button.closest(".yj-feedback");
      const reasons = $$("input:checked", form).map((i) => i.value);
      send("give_feedback", { turn: Number(turn.dataset.turn), helpful: false, reasons, more: $(".yj-more", form).value });
      form.hidden = true;
      $('[data-act="unhelpful"]', turn).setAttribute("aria-expanded", "false");
      $('[data-act="unhelpful"]', turn).setAttribute("aria-pressed", "true");
      $('[data-act="unhelpful"]', turn).focus();
    },
  };

  document.addEventListener("click", (e) => {
    if (!e.target.closest?.("#yj-drawer, #yj-history") && e.target.isConnected) hideHistory();
    const target = e.target.closest?.("button, a");
    if (!target) return;
    const turn = target.closest(".yj-turn");
    if (target.matches(".yj-cite")) openCitation(turn, target.dataset.cite, target);
    else if (target.dataset.copy !== undefined) copy(target.dataset.copy);
    else if (target.dataset.ask !== undefined) send("ask_question", { question: target.dataset.ask });
    else if (target.dataset.act && turn) acts[target.dataset.act]?.(turn, target);
    else if (target.dataset.remove !== undefined) removeDocument(target);
    else if (target.id === "yj-upload-cancel") cancelUploads();
    else if (target.id === "yj-evaluate-sample") evaluate();
    else if (target.id === "yj-evaluate-cancel") evaluation("DELETE").catch((error) => tell(saidBy(error)));
    else if (target.dataset.send) {
      if (target.dataset.send === "show_reading") showOnceRead();
      send(target.dataset.send, { ...target.dataset });
    }
  });

  document.addEventListener("keydown", (e) => {
    if (e.isComposing) return;
    if (e.key === "Escape") {
      if ($("#yj-peek.yj-on")) hidePeek();
      if ($("#yj-drawer")) return hideHistory();
      if (document.body.classList.contains("yj-panel-open")) closePanel();
      return;
    }
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (!by || e.altKey || e.ctrlKey || e.metaKey) return;
    const marker = e.target.closest?.(".yj-cite");
    if (marker) { // walk along the markers of the whole conversation
      const all = $$(".yj-cite"), next = all[all.indexOf(marker) + by];
      if (next) next.focus();
      e.preventDefault();
    } else if (e.target.closest?.(".yj-card") && !e.target.closest("a, button, summary")) {
      stepCitation(by);
      e.preventDefault();
    }
  });

  document.addEventListener("paste", (e) => { // a browser leaves out what is beyond the limit and says nothing
    const box = e.target.closest?.("#yj-box textarea"), text = e.clipboardData?.getData("text/plain") || "";
    if (!box || box.maxLength < 0) return;
    const over = box.value.length - (box.selectionEnd - box.selectionStart) + text.length - box.maxLength;
    if (over > 0) tell(say("pasted_too_long", { limit: box.maxLength, left_out: over }));
  });

  for (const [on, off] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    document.addEventListener(on, (e) => { const m = e.target.closest?.(".yj-cite"); if (m) showPeek(m); });
    document.addEventListener(off, (e) => { if (e.target.closest?.(".yj-cite")) hidePeek(); });
  }
  window.addEventListener("scroll", hidePeek, { passive: true, capture: true });

  // ---- following the answer as it comes
  let spoken = "", running = false, held = null;
  // While it is drawn again and again a marker may be gone between the press and the release, and loses its focus.
  document.addEventListener("pointerdown", (e) => {
    const marker = e.target.closest?.(".yj-is-running .yj-cite");
    if (marker) openCitation(marker.closest(".yj-turn"), marker.dataset.cite, marker);
  });
  document.addEventListener("focusin", (e) => { held = e.target.closest?.(".yj-is-running .yj-cite")?.dataset.cite || null; });
  function follow() {
    const turn = $("#yj-live .yj-turn");
    document.body.classList.toggle("yj-talking", Boolean(turn));
    panel();
    if (!turn) { spoken = ""; return; }
    const wasRunning = running;
    running = turn.classList.contains("yj-is-running");
    if (held && document.activeElement === document.body) $(`.yj-cite[data-cite="${held}"]`, turn)?.focus({ preventScroll: true });
    if ($("#yj-peek.yj-on") && !$(".yj-cite:is(:hover, :focus)")) hidePeek();
    if (running) {
      spoken = "";
      if (!wasRunning && shown.turn === turn.id) shown = { turn: null, number: null, opener: null }; // asked again
      bringIntoSight(turn);
      return;
    }
    const now = turn.dataset.stored;
    if (now === spoken) return;
    spoken = now;
    bringIntoSight(turn);
    const open = shown.turn === turn.id && document.body.classList.contains("yj-panel-open") ? shown.number : null;
    const inside = $("#yj-panel")?.contains(document.activeElement);
    fillPanel(turn);
    if (open) openCitation(turn, open, null, { focus: inside });
    remember();
    tell2($(".yj-text, .yj-verdict, .yj-failure", turn)?.textContent || "");
  }
  function bringIntoSight(turn) { // its end above the question box, unless its beginning would be lost
    const at = turn.getBoundingClientRect(), end = window.innerHeight - ($("#yj-foot")?.offsetHeight || 0);
    if (at.bottom > end) window.scrollBy(0, Math.min(at.bottom - end, at.top - 8));
    else if (at.top < 0) window.scrollBy(0, at.top - 8);
  }
  function tell2(text) { // the whole answer, once, for screen readers only
    let line = $("#yj-speak");
    if (!line) document.body.append((line = make("div", { id: "yj-speak", class: "yj-unseen", role: "log", "aria-live": "polite" })));
    line.textContent = text;
  }

  // ---- documents: each file is a request of its own to the service's API
  const AT_ONCE = 2;
  let queue = [];

  const api = (path) => new URL(`api/documents${path}`, document.baseURI).href;
  let adminToken = ""; // typed once, for every tab; kept no longer than the page is open
  const token = () => adminToken.trim();
  document.addEventListener("input", (e) => {
    if (!e.target.matches?.(".yj-token")) return;
    adminToken = e.target.value;
    $$(".yj-token").forEach((field) => { if (field !== e.target) field.value = adminToken; });
  });
  document.addEventListener("focusin", (e) => {
    $$(".yj-token").forEach((field) => { if (!field.value) field.value = adminToken; });
    if (e.target.matches?.(".yj-token")) e.target.select(); // so that pasting puts another in its place
  });

  function reasonOf(xhr) {
    if (xhr.status === 401) return say("token_wrong");
    if (xhr.status === 413) return say("file_too_large");
    try {
      const said = JSON.parse(xhr.responseText);
      return said.documents?.[0]?.message || said.error?.message || said.detail || `HTTP ${xhr.status}`;
    } catch { return xhr.status ? `HTTP ${xhr.status}` : say("file_lost"); }
  }

  function tellFile(item, state, values = {}) {
    item.state = state;
    item.row.className = `yj-file yj-file-${state}`;
    $(".yj-file-state", item.row).textContent = say(`file_${state}`, values);
    const bar = $("progress", item.row);
    if (state === "reading") bar.removeAttribute("value"); // the service reads and indexes: no share is known
    else if (state !== "sending") bar.value = ["held", "waiting"].includes(state) ? 0 : 100;
  }

  function tellInside(item, outcome, failed) { // an archive, or an e-mail with what is attached: a line for each file
    tellFile(item, failed.length === outcome.length ? "failed" : "done");
    $(".yj-file-state", item.row).textContent = say("file_inside", { added: outcome.length - failed.length, count: outcome.length });
    item.row.append(make("ul", { class: "yj-inside" }, ...outcome.map((one) => {
      const bad = one.status === "failed";
      return make("li", { class: `yj-file-${bad ? "failed" : "done"}` }, make("span", { class: "yj-file-name" }, one.name),
        make("span", { class: "yj-file-state" }, bad ? say("file_failed", { reason: one.message }) : say("file_done")));
    })));
  }

  function upload(files) {
    const input = $("#yj-files"), limit = Number(input.dataset.limit);
    let list = $("#yj-progress-here .yj-files");
    if (!list) $("#yj-progress-here").append((list = make("ul", { class: "yj-files", role: "status" })));
    if (!queue.some((item) => ["held", "waiting", "sending", "reading"].includes(item.state))) { queue = []; list.replaceChildren(); }
    for (const file of files) {
      const row = make("li", {}, make("span", { class: "yj-file-name" }, file.name),
        make("progress", { max: "100", value: "0", "aria-label": file.name }), make("span", { class: "yj-file-state" }));
      const item = { file, row };
      list.append(row);
      queue.push(item);
      if (file.size > limit) tellFile(item, "failed", { reason: say("file_too_large") });
      else tellFile(item, token() ? "waiting" : "held");
    }
    input.value = "";
    if (!token()) askForToken("#yj-token");
    for (let i = 0; i < AT_ONCE; i++) nextFile();
  }
  function askForToken(field) {
    tell(say("token_needed"));
    $(field)?.focus();
  }
  function release() { // files that waited for the token
    queue.filter((item) => item.state === "held").forEach((item) => tellFile(item, "waiting"));
    for (let i = 0; i < AT_ONCE; i++) nextFile();
  }

  function nextFile() {
    const busy = queue.filter((item) => ["sending", "reading"].includes(item.state)).length;
    const item = queue.find((one) => one.state === "waiting");
    const cancel = $("#yj-upload-cancel");
    if (cancel) cancel.disabled = !item && !busy && !queue.some((one) => one.state === "held");
    if (!item || busy >= AT_ONCE) return;
    const form = new FormData(), xhr = (item.xhr = new XMLHttpRequest());
    form.append("files", item.file, item.file.name);
    xhr.upload.addEventListener("progress", (e) => { if (item.state === "sending") $("progress", item.row).value = (90 * e.loaded) / e.total; });
    xhr.upload.addEventListener("load", () => { if (item.state === "sending") tellFile(item, "reading"); });
    xhr.addEventListener("loadend", () => {
      if (item.state !== "cancelled") {
        const outcome = xhr.status === 201 ? JSON.parse(xhr.responseText).documents : [];
        const failed = outcome.filter((one) => one.status === "failed");
        if (outcome.length > 1) tellInside(item, outcome, failed);
        else if (xhr.status !== 201 || failed.length) tellFile(item, "failed", { reason: reasonOf(xhr) });
        else tellFile(item, "done");
        if (outcome.length > failed.length) send("list_documents", {});
      }
      nextFile();
    });
    tellFile(item, "sending");
    xhr.open("POST", api(""));
    xhr.setRequestHeader("Authorization", `Bearer ${token()}`);
    xhr.send(form);
  }

  function showOnceRead() { // it is drawn below the list, out of sight of what was pressed
    const here = $("#yj-reading");
    const watcher = new MutationObserver(() => {
      const heading = $(".yj-how h2, .yj-failure", here);
      if (!heading) return;
      watcher.disconnect();
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
      heading.scrollIntoView({ block: "start" });
    });
    watcher.observe(here, { childList: true, subtree: true });
  }

  function cancelUploads() {
    for (const item of queue) {
      if (!["held", "waiting", "sending", "reading"].includes(item.state)) continue;
      tellFile(item, "cancelled");
      item.xhr?.abort();
    }
    nextFile();
  }

  async function removeDocument(button) {
    if (!token()) return askForToken("#yj-token");
    if (!window.confirm(button.dataset.confirm)) return;
    const path = button.dataset.remove.split("/").map(encodeURIComponent).join("/");
    const answer = await fetch(api(`/${path}`), { method: "DELETE", headers: { Authorization: `Bearer ${token()}` } }).catch(() => Response.error());
    if (answer.ok) { tell(say("removed")); send("list_documents", {}); }
    else { tell(answer.status === 401 ? say("token_wrong") : `HTTP ${answer.status}`); $("#yj-token")?.focus(); }
  }

  // ---- evaluation: started and followed through the service's API
  const EVERY = 500; // ms
  let following = null;

  class Refusal extends Error {}
  const saidBy = (error) => (error instanceof Refusal ? error.message : say("file_lost")); // what a browser says is English

  async function evaluation(method, body) {
    const answer = await fetch(new URL("api/evaluation", document.baseURI).href, { method, body, headers: { Authorization: `Bearer ${token()}` } });
    if (answer.ok) return answer.json();
    const said = await answer.json().catch(() => ({}));
    throw new Refusal(answer.status === 401 ? say("token_wrong") : answer.status === 413 ? say("file_too_large") : said.error?.message || `HTTP ${answer.status}`);
  }

  async function evaluate(file) {
    if (!token()) return askForToken("#yj-token-evaluation");
    let body;
    if (file) { body = new FormData(); body.append("file", file, file.name); }
    try { showEvaluation(await evaluation("POST", body)); }
    catch (error) { showEvaluation({ state: "failed", error: saidBy(error) }); }
  }

  async function lookAtEvaluation() {
    try { showEvaluation(await evaluation("GET")); }
    catch (error) {
      if (error instanceof Refusal) showEvaluation({ state: "failed", error: error.message });
      else following = setTimeout(lookAtEvaluation, 4 * EVERY); // the connection was lost: the run goes on
    }
  }

  function showEvaluation(now) {
    clearTimeout(following);
    const here = $("#yj-evaluation-here"), running = now.state === "running";
    if (!here) return;
    $("#yj-evaluate-cancel").disabled = !running;
    $("#yj-evaluate-sample").disabled = running;
    if (running) {
      let line = $(".yj-evaluating", here);
      if (!line) here.replaceChildren((line = make("p", { class: "yj-evaluating", role: "status" }, make("span"), make("progress", { "aria-label": say("tab_evaluation") }))));
      $("span", line).textContent = say(now.total ? "evaluation_running" : "evaluation_reading", now);
      if (now.total) { $("progress", line).max = now.total; $("progress", line).value = now.done; }
      following = setTimeout(lookAtEvaluation, EVERY);
    } else if (now.state === "cancelled") here.replaceChildren(make("p", { class: "yj-note", role: "status" }, say("evaluation_cancelled")));
    else if (now.state === "failed") here.replaceChildren(make("p", { class: "yj-failure", role: "alert" }, say("evaluation_failed", { reason: now.error })));
    else if (now.state === "done") here.replaceChildren(...evaluated(now));
  }

  const percent = (value) => (100 * value).toFixed(1);
  const table = (caption, heads, rows) => make("table", { class: "yj-table" }, make("caption", {}, caption),
    make("thead", {}, make("tr", {}, ...heads.map((key) => make("th", { scope: "col" }, say(key))))),
    make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((cell, i) => make("td", { "data-name": say(heads[i]) }, cell))))));
  const folded = (summary, ...rows) => make("details", { class: "yj-others" }, make("summary", {}, summary), ...rows);

  function evaluated({ run, comparison }) {
    const out = [table(say("evaluation_done", run), ["column_measure", "column_value", "column_interval", "column_count"],
      run.figures.map((f) => [f.label, make("strong", {}, `${percent(f.value)}%`), `${percent(f.low)} – ${percent(f.high)}`, String(f.n)]))];
    if (run.problems) out.push(folded(say("evaluation_problems", { count: run.problems }), ...run.first_problems.map((p) => make("p", { class: "yj-note" }, p))));
    const show = make("button", { type: "button", class: "yj-button", id: "yj-report-show" }, say("evaluation_report"));
    const save = make("button", { type: "button", class: "yj-link", id: "yj-report-save" }, say("evaluation_save"));
    for (const [button, act] of [[show, showReport], [save, saveReport]]) button.addEventListener("click", () => act(run.name));
    out.push(make("p", { class: "yj-upload-row" }, show, save), make("div", { id: "yj-report" }));
    if (!comparison) return [...out, make("p", { class: "yj-note" }, say("evaluation_first"))];
    const change = (f) => `${f.difference > 0 ? "+" : ""}${percent(f.difference)}` + (f.significant ? ` · ${say("significant")}` : "");
    out.push(table(say("evaluation_against", { name: comparison.with, rows: comparison.rows }), ["column_measure", "column_before", "column_value", "column_difference"],
      comparison.figures.map((f) => [f.label, `${percent(f.a)}%`, `${percent(f.b)}%`, change(f)])));
    for (const kind of ["broken", "better"]) {
      const rows = comparison[kind].map((c) => make("article", { class: "yj-passage" }, make("p", { class: "yj-verdict" }, c.question),
        make("p", { class: "yj-note" }, say("evaluation_before", { text: c.before || "–" })), make("p", { class: "yj-note" }, say("evaluation_after", { text: c.after || "–" }))));
      if (rows.length) out.push(folded(say(`evaluation_${kind}`, { count: rows.length }), ...rows));
    }
    return out;
  }

  async function fetchReport(name) {
    const answer = await fetch(new URL(`api/evaluation/runs/${encodeURIComponent(name)}/report`, document.baseURI).href, { headers: { Authorization: `Bearer ${token()}` } }).catch(() => Response.error());
    if (answer.ok) return answer.text();
    tell(answer.status === 401 ? say("token_wrong") : `HTTP ${answer.status}`);
    return "";
  }
  async function showReport(name) {
    const report = await fetchReport(name);
    if (report) $("#yj-report").replaceChildren(make("iframe", { sandbox: "", srcdoc: report, title: say("evaluation_report"), class: "yj-report" }));
  }
  async function saveReport(name) {
    const report = await fetchReport(name);
    if (report) saveBlob(`${name}.html`, new Blob([report], { type: "text/html" }));
  }

  document.addEventListener("change", (e) => {
    if (e.target.id === "yj-files" && e.target.files.length) upload([...e.target.files]);
    if (e.target.id === "yj-token" && token()) release();
    if (e.target.id === "yj-token-evaluation" && e.target.value) lookAtEvaluation(); // a run begun before this visit
    if (e.target.id === "yj-questions" && e.target.files.length) { evaluate(e.target.files[0]); e.target.value = ""; }
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (e) => {
      const zone = e.target.closest?.(".yj-drop");
      if (!zone) return;
      e.preventDefault();
      zone.classList.toggle("yj-over", kind === "dragover");
      if (kind !== "drop" || !e.dataTransfer.files.length) return;
      if ($("#yj-questions", zone)) evaluate(e.dataTransfer.files[0]);
      else upload([...e.dataTransfer.files]);
    });
  }

  // ---- start
  function theme(next) {
    const dark = next ?? !document.body.classList.contains("dark");
    document.body.classList.toggle("dark", dark);
    if (next === undefined) localStorage.setItem("youju.theme", dark ? "dark" : "light");
  }

  function start() {
    const kept = localStorage.getItem("youju.theme");
    if (kept) theme(kept === "dark");
    document.documentElement.lang = locale;
    const url = new URL(location.href), q = url.searchParams.get("q");
    if (q && q.trim()) {
      sessionStorage.removeItem("youju.current");
      url.searchParams.delete("q");
      history.replaceState(null, "", url); // so that a reload shows the conversation and does not ask again
      send("ask_question", { question: q });
    } else {
      const now = entries().find((c) => c.id === sessionStorage.getItem("youju.current"));
      if (now) send("open_turns", { turns: now.turns });
    }
    follow();
    typed();
    notices.observe($(".toast-wrap") || document.body, { childList: true, subtree: true });
  }

  // ---- the connection: Gradio says in English, once for every event, that it is gone; then it loads the page anew
  const notices = new MutationObserver((changes) => {
    for (const added of changes.flatMap((c) => [...c.addedNodes])) {
      if (added.nodeType !== 1) continue;
      for (const text of $$(".toast-message-text", added)) {
        if (/connection|currently busy/i.test(text.textContent)) text.textContent = say(/busy/i.test(text.textContent) ? "busy" : "connection_lost");
        else if (!text.textContent.trim()) text.textContent = say("connection_lost");
      }
      for (const title of $$(".toast-title", added)) {
        const word = title.firstChild;
        if (word && word.nodeType === 3 && word.data.trim() === "Error") word.data = say("notice_error");
      }
    }
    const seen = new Set();
    for (const item of $$(".toast-item")) {
      const text = $(".toast-messages", item)?.textContent;
      if (seen.has(text)) $(".toast-close", item)?.click();
      seen.add(text);
    }
  });
  // What was typed outlives that, and any other reload.
  const TYPED = "youju.typed";
  addEventListener("pagehide", () => {
    const box = $("#yj-box textarea");
    if (box) sessionStorage.setItem(TYPED, box.value);
  });
  function typed() {
    const kept = sessionStorage.getItem(TYPED);
    sessionStorage.removeItem(TYPED);
    let touched = !kept;
    addEventListener("keydown", () => { touched = true; }, { once: true });
    const put = () => {
      const box = $("#yj-box textarea");
      if (touched || !box || box.value) return;
      box.value = kept;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    };
    put();
    setTimeout(put, 700); // what Gradio draws at the page's opening may have emptied it again
  }

  window.youju = {
    history: toggleHistory, fresh, theme: () => theme(),
    language() {
      document.cookie = `${COOKIE}=${language === "zh" ? "en" : "zh"}; path=/; max-age=31536000; samesite=lax`;
      location.reload();
    },
    save(file) {
      const bytes = Uint8Array.from(atob(file.base64), (c) => c.charCodeAt(0));
      saveBlob(file.name, new Blob([bytes], { type: file.mime }));
    },
  };

  const watcher = new MutationObserver(follow);
  const ready = setInterval(() => {
    const live = $("#yj-live");
    if (!live || !window.youjuSend) return;
    clearInterval(ready);
    watcher.observe(live, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-stored", "class"] });
    start();
  }, 30);
})();
