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
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
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

  const article = (site) => {
    const origins = make("textarea", { rows: "3", "aria-label": `${site.name} 的来源` });
    origins.value = site.origins.join("\n");
    const use = Object.entries(site.use).map(([what, n]) => `${what === "ask" ? "提问" : what.replace("refused:", "拒绝 ")} ${n}`);
    const revoked = site.revoked !== null;
    const path = `/${encodeURIComponent(site.id)}`;
    return make(
      "article",
      revoked ? { class: "revoked" } : {},
      make("h3", {}, site.name, revoked ? "（已吊销）" : ""),
      make("div", {}, `${site.id} · 每分钟 ${site.per_minute} · 每天 ${site.per_day}`),
      make("div", {}, `用量：${use.join("，") || "还没有"}`),
      ...(revoked
        ? []
        : [
            make("pre", {}, site.tag),
            copy(site.tag),
            make("div", {}, "网站的内容安全策略须含："),
            make("pre", {}, site.policy),
            origins,
            make("button", { type: "button", onclick: () => attempt(() => call("PATCH", path, { origins: lines(origins.value) }), "来源已保存") }, "保存来源"),
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
      await call("POST", "", { name: find("name").value, origins: lines(find("origins").value) });
      event.target.reset();
    }, "已生成");
  });
})();
