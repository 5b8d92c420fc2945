// The panel: a conversation. Everything shown is made of text nodes; no text ever becomes markup.
// A comment has a line of its own here: the build takes those lines out and nothing else.
(() => {
  "use strict";
  const WORDS = __WORDS__;
  const CSS = __CSS__;
  const KEPT_TURNS = 20;
  const SENT_TURNS = 6;
  const LONGEST = 500;
  const LINK_LIVES_MS = 14 * 60 * 1000;

  // Drawn, because not every machine has a font with these signs.
  const ICONS = {
    close: "M6 6l12 12M18 6L6 18",
    fresh: "M4 4v6h6M4.7 10a8 8 0 1 1-.6 5",
    up: "M7 11v9H4v-9zM7 11l4-8c1.5 0 2.5 1 2.5 2.5V9h5.2a2 2 0 0 1 2 2.4l-1.3 7a2 2 0 0 1-2 1.6H7",
    down: "M17 13V4h3v9zM17 13l-4 8c-1.5 0-2.5-1-2.5-2.5V15H5.3a2 2 0 0 1-2-2.4l1.3-7a2 2 0 0 1 2-1.6H17",
  };
  const icon = (name) => {
    const [svg, path] = ["svg", "path"].map((part) => document.createElementNS("http://www.w3.org/2000/svg", part));
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  };

  class Failure extends Error {
    constructor(type, { status = 0, retry = 0, said = "" } = {}) {
      super(type);
      Object.assign(this, { type, status, retry, said });
    }
  }

  const create = ({ root, base, mode, lang, title, options, make, styled, emit, close }) => {
    const words = WORDS[lang];
    const key = `youju:${options.site}`;
    const blocked = new Set();
    document.addEventListener("securitypolicyviolation", (event) => {
      if (String(event.blockedURI).startsWith(new URL(base).origin)) blocked.add(event.effectiveDirective);
    });

    // What outlives a page load: the turns and whether the panel was open. The token stays in memory.
    let kept = { turns: [], open: false };
    try {
      const stored = JSON.parse(sessionStorage.getItem(key) || "{}");
      const whole = (turn) => Array.isArray(turn.answer.citations) && Array.isArray(turn.answer.sentences) && Array.isArray(turn.answer.related);
      if (Array.isArray(stored.turns)) kept = { turns: stored.turns.filter(whole), open: !!stored.open };
    } catch {
      kept = { turns: [], open: false };
    }
    const keep = () => {
      kept.turns = kept.turns.slice(-KEPT_TURNS);
      try {
        sessionStorage.setItem(key, JSON.stringify(kept));
      } catch {
        emit("error", { type: "storage" });
      }
    };

    let token = null;
    let renewAt = 0;
    let running = null;

    const call = async (path, body, { signal, renewed = false } = {}) => {
      if (path !== "session" && (!token || Date.now() > renewAt)) await renew(signal);
      let response;
      try {
        response = await fetch(base + path, {
          method: "POST",
          headers: { "Content-Type": "application/json", "Accept-Language": lang, ...(token && path !== "session" ? { Authorization: `Bearer ${token}` } : {}) },
          body: JSON.stringify(body),
          credentials: "omit",
          cache: "no-store",
          referrerPolicy: "origin",
          signal,
        });
      } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new Failure(navigator.onLine === false ? "offline" : "network");
      }
      if (response.ok) return response;
      if (response.status === 401 && !renewed && path !== "session") {
        token = null;
        return call(path, body, { signal, renewed: true });
      }
      const told = await response.json().catch(() => ({}));
      const { type = "failed", message = "" } = told.error || {};
      throw new Failure(type, { status: response.status, retry: Number(response.headers.get("Retry-After")), said: message });
    };
    const renew = async (signal) => {
      const session = await (await call("session", { site: options.site || "", frame: options.frame || "" }, { signal })).json();
      token = session.token;
      renewAt = Date.now() + session.expires_in * 800;
    };

    const lineOf = (failure) => {
      if (failure.type === "limit") return words.limit.replace("{n}", failure.retry || 60);
      const word = { frame_expired: "reload", service_store_error: "away", stopping: "away", network: "away" }[failure.type] || failure.type;
      if (["busy", "offline", "timeout", "reload", "away"].includes(word)) return words[word];
      if (failure.status === 403) return words.refused;
      return words.failed;
    };
    // Tells the site's owner, on the console, what a visitor need not know.
    const explain = async (failure) => {
      if (!["network", "failed"].includes(failure.type) && failure.status !== 403) return;
      // The browser reports a violated policy only after the call has failed.
      await new Promise((later) => setTimeout(later, 100));
      if (blocked.size) {
        console.error(`Youju: blocked by this page's Content-Security-Policy (${[...blocked].join(", ")}): add ${new URL(base).origin}`);
        return;
      }
      if (location.protocol === "https:" && base.startsWith("http:")) {
        console.error(`Youju: mixed content: this page uses HTTPS, ${base} does not`);
        return;
      }
      try {
        const query = new URLSearchParams({ site: options.site || "", page: location.href, lang });
        const told = await (await fetch(`${base}diagnose?${query}`, { credentials: "omit" })).json();
        for (const check of told.checks) if (!check.ok) console.error(`Youju: ${check.message}`);
      } catch {
        console.error(`Youju: ${base} cannot be reached from this page`);
      }
    };

    const events = async function* (response) {
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        text += value;
        const frames = text.split("\n\n");
        text = frames.pop();
        for (const frame of frames) {
          const name = /^event: (.*)$/m.exec(frame);
          const data = /^data: (.*)$/m.exec(frame);
          if (name && data) yield [name[1], JSON.parse(data[1])];
        }
      }
    };

    // Text with markers [1] and **bold** as nodes.
    const nodes = (text, light) =>
      text.split(/(\[\d{1,3}\]|\*\*[^*\n]+\*\*)/).map((part) => {
        const number = /^\[(\d+)\]$/.exec(part);
        if (number && light) return make("button", { class: "mark", type: "button", "aria-label": `${words.source} ${number[1]}`, onclick: () => light(Number(number[1])) }, number[1]);
        if (part.startsWith("**") && part.length > 4) return make("strong", {}, part.slice(2, -2));
        return part;
      });

    const link = (view, made) => {
      const { href } = new URL(view, base);
      if (!href.startsWith(base)) return "";
      const element = make("a", { href, target: "_blank", rel: "noopener noreferrer" }, words.open);
      element.addEventListener("click", async (event) => {
        if (Date.now() - made < LINK_LIVES_MS) return;
        event.preventDefault();
        // Opened before waiting: later it would count as a pop-up.
        const tab = window.open("about:blank", "_blank");
        if (tab) tab.opener = null;
        try {
          const fresh = await (await call("link", { view })).json();
          if (tab) tab.location.replace(new URL(fresh.view, base).href);
        } catch {
          if (tab) tab.close();
        }
      });
      return element;
    };

    const where = (source) => [...(source.section || []), source.page ? words.page.replace("{n}", source.page) : ""].filter(Boolean).join(" › ");

    const card = (citation, made) => {
      const { quote, key: span } = citation;
      const inside = span && span[0] >= 0 && span[1] <= quote.length && span[0] < span[1];
      const quoted = inside ? [quote.slice(0, span[0]), make("mark", {}, quote.slice(span[0], span[1])), quote.slice(span[1])] : [quote];
      return make(
        "li",
        { class: "card", tabindex: "-1", "data-number": citation.number },
        make("strong", {}, `[${citation.number}] ${citation.title}`),
        make("div", { class: "where" }, where(citation)),
        make("blockquote", {}, ...quoted),
        ...(citation.verified ? [] : [make("div", { class: "error" }, words.unverified)]),
        link(citation.view, made)
      );
    };

    const thumbs = (turn) => {
      const box = make("div", { class: "note", role: "group", "aria-label": words.useful });
      const send = async (rating, reason = "") => {
        turn.rating = rating;
        keep();
        const { answer } = turn;
        await call("feedback", { answer_id: answer.id, rating, reason, question: turn.question, answer: answer.text }).catch(() => {});
      };
      const draw = () => {
        const chip = (rating) =>
          make("button", { class: "icon", type: "button", "aria-label": words[rating], "aria-pressed": String(turn.rating === rating), onclick: () => choose(rating) }, icon(rating));
        box.replaceChildren(chip("up"), chip("down"));
      };
      const choose = (rating) => {
        send(rating);
        if (rating === "up") box.replaceChildren(make("span", { role: "status" }, words.thanks));
        else {
          const reasons = words.reasons.map((reason) =>
            make("button", { class: "chip", type: "button", onclick: () => (send("down", reason), box.replaceChildren(make("span", { role: "status" }, words.thanks))) }, reason)
          );
          box.replaceChildren(...reasons);
          reasons[0].focus();
        }
      };
      if (turn.rating) box.append(words.thanks);
      else draw();
      return box;
    };

    const drawAnswer = (box, turn) => {
      const { answer, at } = turn;
      const cards = answer.citations.map((citation) => card(citation, at));
      const light = (number) => {
        for (const one of cards) one.classList.toggle("lit", one.dataset.number === String(number));
        const found = cards.find((one) => one.dataset.number === String(number));
        if (found) {
          found.scrollIntoView({ block: "nearest" });
          found.focus({ preventScroll: true });
        }
      };
      const known = new Set(answer.citations.map((citation) => String(citation.number)));
      const clean = (text) => text.replace(/\[(\d{1,3})\]/g, (whole, number) => (known.has(number) ? whole : ""));
      const said = answer.sentences.length
        ? answer.sentences.map((s) => make("span", s.verified ? {} : { class: "unsure", title: words.unverified }, ...nodes(clean(s.text), light), ...nodes(clean(s.citations.map((n) => `[${n}]`).join("")), light)))
        : nodes(clean(answer.text), light);
      const meant = answer.resolved_question && answer.resolved_question !== turn.question;
      box.replaceChildren(
        ...(meant ? [make("p", { class: "meant" }, words.meant + answer.resolved_question, " ", make("button", { type: "button", onclick: () => askAlone(box, turn) }, words.alone))] : []),
        make("p", {}, ...said),
        ...(cards.length ? [make("ol", { "aria-label": words.sources }, ...cards)] : []),
        ...(answer.abstained && answer.related.length
          ? [
              make("p", { class: "note" }, words.related),
              make("ol", { "aria-label": words.related }, ...answer.related.map((hit) => make("li", { class: "card" }, make("strong", {}, hit.title || ""), make("div", { class: "where" }, where(hit)), make("div", {}, hit.text), link(hit.view, at)))),
            ]
          : []),
        thumbs(turn)
      );
    };

    // The panel itself.
    const side = /left/.test(options.position) ? "left" : "right";
    const edge = /top/.test(options.position) ? "top" : "bottom";
    const log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": title, tabindex: "0" });
    const box = make("textarea", { rows: "1", maxlength: LONGEST, placeholder: words.placeholder, "aria-label": words.question, enterkeyhint: "send" });
    const send = make("button", { class: "send", type: "submit" }, words.send);
    const form = make("form", { onsubmit: (event) => (event.preventDefault(), running ? running.abort() : ask(box.value)) }, box, send);
    const offline = make("div", { class: "offline", role: "status", hidden: navigator.onLine !== false }, words.offline);
    const fresh = make("button", { class: "icon", type: "button", "aria-label": words.fresh, title: words.fresh, onclick: () => restart() }, icon("fresh"));
    const shut = make("button", { class: "icon", type: "button", "aria-label": words.close, title: words.close, onclick: close }, icon("close"));
    const heading = make("h2", { id: "title" }, title);
    const panel = make(
      "section",
      { id: "panel", class: `panel ${side} ${edge} ${mode}`, hidden: true, lang, "aria-labelledby": "title", role: mode === "inline" ? "region" : "dialog", "aria-modal": mode === "inline" ? null : "false" },
      make("header", {}, heading, fresh, ...(mode === "inline" ? [] : [shut])),
      offline,
      log,
      form
    );
    styled(CSS);
    root.append(panel);

    const tellOnline = () => (offline.hidden = navigator.onLine !== false);
    addEventListener("online", tellOnline);
    addEventListener("offline", tellOnline);

    box.addEventListener("keydown", (event) => {
      // Enter also ends the choice of characters in an input method; that one is not for us.
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        if (!running) ask(box.value);
      }
    });
    const small = matchMedia("(max-width: 639px), (max-height: 479px)");
    panel.addEventListener("keydown", (event) => {
      // What is typed here is no short cut of the page's.
      event.stopPropagation();
      if (mode === "inline" || event.isComposing) return;
      if (event.key === "Escape") close();
      if (event.key === "Tab" && small.matches) {
        const all = [...panel.querySelectorAll("button, a, textarea, [tabindex='0']")].filter((element) => element.offsetParent || element === box);
        const last = all[all.length - 1];
        if (event.shiftKey && root.activeElement === all[0]) (event.preventDefault(), last.focus());
        else if (!event.shiftKey && root.activeElement === last) (event.preventDefault(), all[0].focus());
      }
    });

    const down = () => (log.scrollTop = log.scrollHeight);

    const welcome = () => {
      const suggestions = (options.suggest || "").split("|").map((s) => s.trim()).filter(Boolean).slice(0, 6);
      log.replaceChildren(make("p", {}, options.greeting || words.greeting), ...suggestions.map((s) => make("button", { class: "chip", type: "button", onclick: () => ask(s) }, s)));
    };
    const restart = () => {
      if (running) running.abort();
      kept.turns = [];
      keep();
      welcome();
      box.focus();
    };

    const failed = (reply, turn, failure, live) => {
      const line = make("p", { class: failure ? "error" : "note", role: "alert" }, failure ? lineOf(failure) : words.stopped);
      const again = make("button", { class: "chip", type: "button", onclick: () => (turn.asked.remove(), reply.remove(), ask(turn.question)) }, words.retry);
      live.remove();
      reply.append(line, again);
      if (failure) {
        emit("error", { type: failure.type, message: failure.said, question: turn.question });
        explain(failure);
      }
    };

    const askAlone = (reply, turn) => {
      if (running) return;
      kept.turns = kept.turns.filter((one) => one !== turn);
      reply.previousElementSibling.remove();
      reply.remove();
      ask(turn.question, { alone: true });
    };

    const ask = async (text, { alone = false } = {}) => {
      const question = text.trim();
      if (!question || running) return;
      if (question.length > LONGEST) {
        log.append(make("p", { class: "error", role: "alert" }, words.too_long));
        return;
      }
      const control = (running = new AbortController());
      box.value = "";
      send.textContent = words.stop;
      for (const chip of log.querySelectorAll(":scope > .chip")) chip.remove();
      const asked = make("div", { class: "asked" }, question);
      const done = make("p");
      const growing = make("span", { "aria-hidden": "true" });
      const wait = make("span", { class: "note" }, make("span", { class: "wait", "aria-hidden": "true" }), ` ${words.waiting}`);
      const reply = make("div", { class: "answer" }, done, wait);
      log.append(asked, reply);
      down();
      emit("ask", { question });
      const turn = { question, asked };
      try {
        const turns = (alone ? [] : kept.turns.slice(-SENT_TURNS)).map((t) => ({ question: t.question, answer: t.answer.text, receipt: t.answer.receipt }));
        const response = await call("ask", { question, turns }, { signal: control.signal });
        let sentence = "";
        done.append(growing);
        for await (const [name, data] of events(response)) {
          if (name === "delta") {
            wait.remove();
            sentence += data.text;
            // A whole sentence is said at once; one that still grows is seen and not read out.
            const cut = /^[\s\S]*[。！？!?\n](\[\d+\])*/.exec(sentence);
            if (cut) {
              growing.before(make("span", {}, ...nodes(cut[0])));
              sentence = sentence.slice(cut[0].length);
            }
            growing.textContent = sentence;
            down();
          }
          if (name === "error") throw new Failure(data.error.type, { said: data.error.message });
          if (name === "answer") turn.answer = data;
        }
        if (!turn.answer) throw new Failure("failed");
        // Already read out sentence by sentence.
        log.setAttribute("aria-live", "off");
        turn.at = Date.now();
        const stored = { question, answer: turn.answer, at: turn.at };
        drawAnswer(reply, stored);
        kept.turns.push(stored);
        keep();
        setTimeout(() => log.setAttribute("aria-live", "polite"), 500);
        emit("answer", { question, id: turn.answer.id, text: turn.answer.text, abstained: turn.answer.abstained });
      } catch (error) {
        failed(reply, turn, error.name === "AbortError" ? null : error instanceof Failure ? error : new Failure("network"), wait);
      } finally {
        running = null;
        send.textContent = words.send;
        reply.scrollIntoView({ block: reply.offsetHeight > log.clientHeight ? "start" : "nearest" });
      }
    };

    if (kept.turns.length) {
      for (const turn of kept.turns) {
        const reply = make("div", { class: "answer" });
        drawAnswer(reply, turn);
        log.append(make("div", { class: "asked" }, turn.question), reply);
      }
    } else welcome();

    return {
      ask,
      shown: () => !panel.hidden,
      show: (focus) => {
        panel.hidden = false;
        if (mode !== "inline") panel.setAttribute("aria-modal", String(small.matches));
        kept.open = mode !== "inline";
        keep();
        down();
        if (focus) box.focus();
      },
      hide: () => {
        panel.hidden = true;
        kept.open = false;
        keep();
      },
    };
  };

  document.currentScript.youju(create);
})();
