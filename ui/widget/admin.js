// The page of site keys. The admin token stays in this page's memory and is gone when it is closed.
(() => {
  "use strict";
  const find = (id) => document.getElementById(id);
  let token = "";

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
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Accept-Language": "zh-CN" },
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
      find("told").textContent = done;
    } catch (error) {
      find("told").textContent = error.message;
    }
  };

  const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

  const copy = (text) => make("button", { type: "button", onclick: () => navigator.clipboard.writeText(text).then(() => (find("told").textContent = "已复制")) }, "复制");

  const field = (label, input) => make("label", {}, label, input);
  const number = (value) => {
    const input = make("input", { type: "number", min: "1", required: "" });
    input.value = value;
    return input;
  };
  const choice = (...values) => make("select", {}, ...values.map(([value, word]) => make("option", { value }, word)));

  // The options a tag may have, tried out on our own page with a key that works nowhere else.
  const look = (site) => {
    const options = {
      mode: choice(["", "按钮"], ["inline", "嵌入页面"]),
      lang: choice(["zh-CN", "简体中文"], ["zh-TW", "繁體中文"], ["en", "English"]),
      position: choice(["", "右下"], ["left-bottom", "左下"], ["right-top", "右上"], ["left-top", "左上"]),
      theme: choice(["", "随页面"], ["light", "浅色"], ["dark", "深色"]),
      color: make("input", { placeholder: "#1453a0" }),
      title: make("input", { maxlength: "100", placeholder: "有据问答" }),
      greeting: make("input", { maxlength: "500" }),
      suggest: make("input", { maxlength: "1000", placeholder: "问题一|问题二" }),
    };
    const names = { mode: "形式", lang: "语言", position: "位置", theme: "明暗", color: "主色", title: "标题", greeting: "开场白", suggest: "示例问题" };
    const tag = make("pre", {});
    const frame = make("iframe", { title: "预览", class: "preview" });
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
      make("summary", {}, "外观与预览"),
      make("div", { class: "options" }, ...Object.entries(options).map(([name, input]) => field(names[name], input))),
      tag,
      make("button", { type: "button", onclick: () => navigator.clipboard.writeText(tag.textContent).then(() => (shown.textContent = "已复制")) }, "复制"),
      shown,
      frame
    );
  };

  const article = (site) => {
    const origins = make("textarea", { rows: "3" });
    origins.value = site.origins.join("\n");
    const [name, minute, day] = [make("input", { maxlength: "200", required: "" }), number(site.per_minute), number(site.per_day)];
    name.value = site.name;
    const use = Object.entries(site.use).map(([what, n]) => `${what === "ask" ? "提问" : what.replace("refused:", "拒绝 ")} ${n}`);
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
      make("h3", {}, site.name, revoked ? "（已吊销）" : ""),
      make("div", {}, `${site.id} · 用量：${use.join("，") || "还没有"}`),
      ...(revoked
        ? []
        : [
            make("pre", {}, site.tag),
            copy(site.tag),
            make("div", {}, "网站的内容安全策略须含："),
            make("pre", {}, site.policy),
            look(site),
            make("details", {}, make("summary", {}, "网站不许外来脚本：改用内嵌框架"), make("pre", {}, site.frame), copy(site.frame)),
            make(
              "form",
              { onsubmit: save },
              field("名称", name),
              field("允许的来源（每行一个）", origins),
              field("每分钟最多提问", minute),
              field("每天最多提问", day),
              make("button", {}, "保存")
            ),
            make("button", { type: "button", onclick: () => confirm("换密钥后，旧标签立即失效。继续？") && attempt(() => call("POST", `${path}/rotate`), "已换密钥，请更新标签") }, "换密钥"),
            make("button", { type: "button", onclick: () => confirm("吊销后不能恢复。继续？") && attempt(() => call("DELETE", path), "已吊销") }, "吊销"),
          ])
    );
  };

  const draw = async () => {
    const { sites } = await call("GET", "");
    find("sites").replaceChildren(...(sites.length ? sites.reverse().map(article) : [make("p", {}, "还没有站点。")]));
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
