// The letter follows the form, key by key. Every page works without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const put = (text, value) => text.replace("%s", value);
  root.classList.add("js");

  one("[data-summary]")?.focus();
  all("details").forEach((details) => { if (one(":checked", details)) details.open = true; });

  // A second press of a button that works already does nothing.
  const busy = new Set();
  const rest = () => {
    busy.clear();
    all("[data-idle]").forEach((button) => {
      button.textContent = button.dataset.idle;
      button.removeAttribute("aria-disabled");
    });
  };
  all("form").forEach((form) => form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.dataset.busy) return;
    if (busy.has(form)) return event.preventDefault();
    busy.add(form);
    button.dataset.idle = button.textContent;
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-disabled", "true");
    setTimeout(rest, 20000);  // stopped half-way: it may be pressed again
  }));
  addEventListener("pageshow", rest);

  const words = one("[data-answer=words]");
  if (words) ownWords();
  const form = one("[data-write]");
  if (form) write();

  function ownWords() {
    const left = one("[data-left]");
    const standard = one("[data-standard]");
    const plural = new Intl.PluralRules(root.lang);
    const count = () => {
      const rest = words.dataset.limit - [...words.value.trim()].length;
      const forms = JSON.parse(rest < 0 ? left.dataset.over : left.dataset.left);
      const number = Math.abs(rest);
      left.textContent = (forms[plural.select(number)] || forms.other).replace("{n}", number);
      left.classList.toggle("over", rest < 0);
      if (standard) standard.hidden = words.value.trim() !== "";
    };
    words.addEventListener("input", count);
    addEventListener("pageshow", () => { count(); setTimeout(count); });
    one("[data-starters]")?.addEventListener("click", (event) => {
      const start = event.target.dataset.starter;
      if (!start) return;
      const begun = all("[data-starter]").map((button) => button.dataset.starter.replace(/\s*(…|\.\.\.)$/, ""));
      if (!words.value.trim() || begun.includes(words.value.trim())) words.value = start.replace(/\s*(…|\.\.\.)$/, " ");
      words.focus();
      words.setSelectionRange(words.value.length, words.value.length);
      words.dispatchEvent(new Event("input", { bubbles: true }));
    });
    count();
  }

  function write() {
    const letter = one("[data-preview]");
    const status = one("[data-status]");
    const field = (name) => one(`[data-answer=${name}]`, form);
    let asked = 0;
    // What the server has drawn; the browser may have put another choice back since.
    let shown = one("[name=government] [selected], [name=government][checked]", form)?.value || "";

    function country(sheet) {
      const select = field("country");
      if (!select?.value) return "";
      // The letter's language need not be the page's.
      if (sheet.lang.split("-")[0] !== root.lang.split("-")[0] && window.Intl?.DisplayNames) {
        return new Intl.DisplayNames([sheet.lang], { type: "region" }).of(select.value);
      }
      return select.selectedOptions[0].text.trim();
    }

    function answers(sheet) {
      const text = (name) => (field(name)?.value || "").trim().replace(/\s+/g, " ");
      const found = { name: text("name"), organisation: text("organisation"), town: text("town"), country: country(sheet) };
      found.place = [found.town, found.country].filter(Boolean).join(", ");
      return found;
    }

    function redraw() {
      const sheet = one("[data-letter]", letter);
      if (!sheet) return;
      const found = answers(sheet);
      all("[data-fill]", sheet).forEach((blank) => {
        const value = found[blank.dataset.fill] || "";
        const text = value || blank.dataset.blank || "";
        if (blank.textContent !== text) blank.textContent = text;
        if ("optional" in blank.dataset) blank.hidden = !value;
        else blank.classList.toggle("blank", !value);
      });
      const own = one("[data-words]", sheet);
      if (own && words) {
        own.dir = "auto";
        own.replaceChildren(...words.value.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
          const paragraph = document.createElement("p");
          paragraph.textContent = line;
          return paragraph;
        }));
      }
    }

    function chosen() {
      const inputs = all("[name=government]", form);
      return (inputs.find((input) => input.checked) || inputs.find((input) => !/radio|checkbox/.test(input.type)))?.value || "";
    }

    function office() {
      const title = one(".addressee p", letter)?.textContent || "";
      const input = all("[name=government]", form).find((one) => one.checked);
      const name = (input ? input.labels[0] : one("select[name=government]", form)?.selectedOptions[0])?.textContent.trim() || "";
      return title.includes(name) ? title : `${title}, ${name}`;
    }

    async function readdress() {
      const government = chosen();
      if (!government || government === shown) return;
      const turn = ++asked;
      const url = new URL(letter.dataset.preview, location.href);
      url.searchParams.set("government", government);
      try {
        const answer = await fetch(url, { credentials: "same-origin" });
        const html = await answer.text();
        if (!answer.ok || turn !== asked) return;
        shown = government;
        one("[data-sheet]", letter).innerHTML = html;
        redraw();
        // On a telephone the letter is out of sight when the government is chosen below it.
        const notice = one(".notice", letter)?.textContent.trim() || "";
        const beside = one("[data-notice]", form);
        if (beside) { beside.textContent = notice; beside.hidden = !notice; }
        status.textContent = `${put(letter.dataset.announce, office())}. ${notice}`.trim();
      } catch {
        // Offline: the letter stays as it is, and the form still works.
      }
    }

    form.addEventListener("input", redraw);
    form.addEventListener("change", (event) => {
      redraw();
      if (event.target.name === "government") readdress();
      if (event.target.name === "email") suggest(event.target);
    });
    // After Back the browser fills the fields once the script has run.
    const again = () => { redraw(); readdress(); };
    addEventListener("pageshow", () => { again(); setTimeout(again); });
    redraw();
  }

  // Did you mean …? The same rules as letters/typos.py.
  function distance(a, b) {
    const table = [...Array(a.length + 1)].map((_, i) => [i, ...Array(b.length).fill(0)]);
    for (let j = 0; j <= b.length; j++) table[0][j] = j;
    for (let i = 1; i <= a.length; i++) {
      for (let j = 1; j <= b.length; j++) {
        let cost = Math.min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] !== b[j - 1]));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, table[i - 2][j - 2] + 1);
        table[i][j] = cost;
      }
    }
    return table[a.length][b.length];
  }

  function isSlip(a, b) {
    if (distance(a, b) !== 1) return false;
    if (a.length === b.length) return [...a].sort().join() === [...b].sort().join();
    const [short, long] = a.length < b.length ? [a, b] : [b, a];
    return [...long].some((char, i) => i && char === long[i - 1] && long.slice(0, i) + long.slice(i + 1) === short);
  }

  function corrected(address, providers) {
    const at = address.lastIndexOf("@");
    const domain = address.slice(at + 1).toLowerCase();
    if (at < 1 || providers.includes(domain)) return "";
    const near = providers.filter((known) => Math.abs(known.length - domain.length) <= 2 &&
      (known.length <= 8 ? isSlip(domain, known) : distance(domain, known) <= (domain.length <= 8 ? 1 : 2)));
    near.sort((a, b) => distance(domain, a) - distance(domain, b));
    return near.length ? address.slice(0, at + 1) + near[0] : "";
  }

  function suggest(input) {
    const place = one("[data-suggestion]");
    if (!place || !input.dataset.providers) return;
    const better = corrected(input.value.trim(), input.dataset.providers.split(" "));
    place.replaceChildren();
    if (!better) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "chip";
    button.textContent = put(place.dataset.text, better);
    button.addEventListener("click", () => {
      input.value = better;
      place.replaceChildren();
      input.focus();
    });
    place.append(button);
  }

  all("[data-share]").forEach((button) => {
    button.addEventListener("click", async () => {
      const { share: url, shareText: text, copied } = button.dataset;
      try {
        if (navigator.share) await navigator.share({ url, text });
        else {
          await navigator.clipboard.writeText(url);
          one("[data-shared]").textContent = copied;
        }
      } catch {
        // Closed without sharing: nothing to say.
      }
    });
  });
})();
