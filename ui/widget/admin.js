// The page of site keys. The admin token stays in this page's memory and is gone when it is closed.
(() => {
  "use strict";
  const find = (id) => document.getElementById(id);
  let token = "";

  // What the page says in Chinese, for those whose browser prefers another language.
  const ENGLISH = {
    "站点密钥 · 有据": "Site keys · Youju", 站点密钥: "Site keys", 演示: "Demo", 管理口令: "Admin token", 进入: "Enter",
    "每个网站一把密钥；密钥是公开的，起保护作用的是来源列表。": "A key for each website. Keys are public; the list of origins is what protects them. ",
    新建: "New", 名称: "Name", 门户网站: "City portal", "允许的来源（每行一个）": "Origins allowed (one a line)",
    每分钟最多提问: "Questions a minute, at most", 每天最多提问: "Questions a day, at most", 不填为默认值: "the default if left empty",
    生成密钥: "Make a key", 已有站点: "Sites", 已复制: "Copied", 复制: "Copy", 已保存: "Saved", 已生成: "Made", 保存: "Save",
    按钮: "Button", 嵌入页面: "In the page", 右下: "Bottom right", 左下: "Bottom left", 右上: "Top right", 左上: "Top left",
    随页面: "As the page", 浅色: "Light", 深色: "Dark", 有据问答: "Youju", "问题一|问题二": "Question one|Question two",
    形式: "Mode", 语言: "Language", 位置: "Position", 明暗: "Theme", 主色: "Colour", 标题: "Title", 开场白: "First words", 示例问题: "Example questions",
    预览: "Preview", 外观与预览: "Looks and preview", "（已吊销）": " (revoked)", 提问: "questions", "拒绝 ": "refused ", " · 用量：": " · use: ",
    还没有: "none yet", "，": ", ", "网站的内容安全策略须含：": "The site's Content-Security-Policy has to allow:",
    "网站不许外来脚本：改用内嵌框架": "The site runs no foreign scripts: a frame instead",
    换密钥: "New key", "换密钥后，旧标签立即失效。继续？": "Tags with the old key stop working at once. Go on?", "已换密钥，请更新标签": "The key is new; put the new tag into the site",
    吊销: "Revoke", "吊销后不能恢复。继续？": "A revoked key cannot be brought back. Go on?", 已吊销: "Revoked", "还没有站点。": "No sites yet.",
  };
  const language = navigator.language.startsWith("zh") ? "zh-CN" : "en";
  const say = (words) => (language === "en" && ENGLISH[words]) || words;

  if (language === "en") {
    document.documentElement.lang = language;
    document.title = say(document.title);
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) texts.currentNode.data = say(texts.currentNode.data.trim());
    for (const input of document.querySelectorAll("[placeholder]")) input.placeholder = say(input.placeholder);
  }

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  };

  const call = async (method, path, body) => {
    const response = await fetch(`../api/sites${path}`, {
      method,
      credentials: "omit",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Accept-Language": language },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const told = await response.json();
    if (!response.ok) throw new Error(told.error.message);
    return told;
  };

  const attempt = async (work, done) => {
    try {
      await work();
      await draw();
      find("told").textContent = say(done);
    } catch (error) {
      find("told").textContent = error.message;
    }
  };

  const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

  const copy = (text) => make("button", { type: "button", onclick: () => navigator.clipboard.writeText(text).then(() => (find("told").textContent = say("已复制"))) }, say("复制"));

  const field = (label, input) => make("label", {}, say(label), input);
  const number = (value) => {
    const input = make("input", { type: "number", min: "1", required: "" });
    input.value = value;
    return input;
  };
  const choice = (...values) => make("select", {}, ...values.map(([value, word]) => make("option", { value }, say(word))));

  // The options a tag may have, tried out on our own page with a key that works nowhere else.
  const look = (site) => {
    const options = {
      mode: choice(["", "按钮"], ["inline", "嵌入页面"]),
      lang: choice(["zh-CN", "简体中文"], ["zh-TW", "繁體中文"], ["en", "English"]),
      position: choice(["", "右下"], ["left-bottom", "左下"], ["right-top", "右上"], ["left-top", "左上"]),
      theme: choice(["", "随页面"], ["light", "浅色"], ["dark", "深色"]),
      color: make("input", { placeholder: "#1453a0" }),
      title: make("input", { maxlength: "100", placeholder: say("有据问答") }),
      greeting: make("input", { maxlength: "500" }),
      suggest: make("input", { maxlength: "1000", placeholder: say("问题一|问题二") }),
    };
    const names = { mode: "形式", lang: "语言", position: "位置", theme: "明暗", color: "主色", title: "标题", greeting: "开场白", suggest: "示例问题" };
    const tag = make("pre", {});
    const frame = make("iframe", { title: say("预览"), class: "preview" });
    const shown = make("div", { class: "told" });
    const quote = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
    const update = () => {
      const chosen = Object.entries(options).map(([name, input]) => [name, input.value.trim()]).filter(([, value]) => value);
      const attributes = [...chosen, ...(options.mode.value ? [["target", "#youju"]] : [])].map(([name, value]) => `data-${name}="${quote(value)}"`);
      tag.textContent = site.tag.replace(/ data-lang="[^"]*"/, "").replace("></script>", ` ${attributes.join(" ")}></script>`);
      const asked = new URLSearchParams({ mode: "launcher", ...Object.fromEntries(chosen), site: "pk_demo" });
      frame.src = `../widget/v1/frame?${asked}`;
    };
    for (const input of Object.values(options)) input.addEventListener("change", update);
    return make(
      "details",
      { ontoggle: (event) => event.target.open && !frame.src && update() },
      make("summary", {}, say("外观与预览")),
      make("div", { class: "options" }, ...Object.entries(options).map(([name, input]) => field(names[name], input))),
      tag,
      make("button", { type: "button", onclick: () => navigator.clipboard.writeText(tag.textContent).then(() => (shown.textContent = say("已复制"))) }, say("复制")),
      shown,
      frame
    );
  };

  const article = (site) => {
    const origins = make("textarea", { rows: "3" });
    origins.value = site.origins.join("\n");
    const [name, minute, day] = [make("input", { maxlength: "200", required: "" }), number(site.per_minute), number(site.per_day)];
    name.value = site.name;
    const use = Object.entries(site.use).map(([what, n]) => `${what === "ask" ? say("提问") : what.replace("refused:", say("拒绝 "))} ${n}`);
    const revoked = site.revoked !== null;
    const path = `/${encodeURIComponent(site.id)}`;
    const save = (event) => {
      event.preventDefault();
      const body = { name: name.value, origins: lines(origins.value), per_minute: Number(minute.value), per_day: Number(day.value) };
      attempt(() => call("PATCH", path, body), "已保存");
    };
    return make(
      "article",
      revoked ? { class: "revoked" } : {},
      make("h3", {}, site.name, revoked ? say("（已吊销）") : ""),
      make("div", {}, `${site.id}${say(" · 用量：")}${use.join(say("，")) || say("还没有")}`),
      ...(revoked
        ? []
        : [
            make("pre", {}, site.tag),
            copy(site.tag),
            make("div", {}, say("网站的内容安全策略须含：")),
            make("pre", {}, site.policy),
            look(site),
            make("details", {}, make("summary", {}, say("网站不许外来脚本：改用内嵌框架")), make("pre", {}, site.frame), copy(site.frame)),
            make(
              "form",
              { onsubmit: save },
              field("名称", name),
              field("允许的来源（每行一个）", origins),
              field("每分钟最多提问", minute),
              field("每天最多提问", day),
              make("button", {}, say("保存"))
            ),
            make("button", { type: "button", onclick: () => confirm(say("换密钥后，旧标签立即失效。继续？")) && attempt(() => call("POST", `${path}/rotate`), "已换密钥，请更新标签") }, say("换密钥")),
            make("button", { type: "button", onclick: () => confirm(say("吊销后不能恢复。继续？")) && attempt(() => call("DELETE", path), "已吊销") }, say("吊销")),
          ])
    );
  };

  const draw = async () => {
    const { sites } = await call("GET", "");
    find("sites").replaceChildren(...(sites.length ? sites.reverse().map(article) : [make("p", {}, say("还没有站点。"))]));
    find("inside").hidden = false;
    find("enter").hidden = true;
  };

  find("enter").addEventListener("submit", (event) => {
    event.preventDefault();
    token = find("token").value.trim();
    attempt(async () => {}, "");
  });
  find("add").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const limits = {};
      if (find("per-minute").value) limits.per_minute = Number(find("per-minute").value);
      if (find("per-day").value) limits.per_day = Number(find("per-day").value);
      await call("POST", "", { name: find("name").value, origins: lines(find("origins").value), ...limits });
      event.target.reset();
    }, "已生成");
  });
})();
