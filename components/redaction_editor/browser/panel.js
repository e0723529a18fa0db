/** Beside the text: how far it is, the current finding, and the list of all. */

const SHAPES = { undecided: "○", redact: "■", generalise: "◆", keep: "□" };
const SAVE_WORDS = {
  saved: "Saved",
  saving: "Saving…",
  offline: "Not saved yet: no connection",
  held: "Not saved yet: see below",
};

class Panel {
  /** @param {Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.undecidedOnly = false;
    this.progress = make("p", { class: "rx-progress" });
    this.unread = make("p", { class: "rx-unread" });
    this.save = make("p", { class: "rx-save" });
    this.bar = make(
      "div",
      { class: "rx-bar", role: "toolbar", "aria-label": "Review" },
      this.progress,
      this.unread,
      this.save,
      (this.fold = button("Preview", "p", () => editor.togglePreview(), { "aria-pressed": "true" })),
      button("Keys", "?", () => editor.toggleHelp()),
      make("span", { class: "rx-gap" }),
      button("Skip", "s", () => editor.finish("skip")),
      (this.confirm = button("Confirm", "f", () => editor.finish("confirm"))),
      (this.next = button("Confirm and next", "d", () => editor.finish("confirm_next"), { class: "rx-button rx-primary" })),
    );
    this.card = make("section", { class: "rx-card", "aria-label": "Current finding" });
    this.survivors = make("section", { class: "rx-left", "aria-label": "Leak check" });
    this.traits = make("section", { class: "rx-traits", "aria-label": "Could tell who this is" });
    this.filter = make("input", { type: "checkbox", onchange: () => this.toggleFilter(this.filter.checked) });
    this.groups = make("div", { class: "rx-groups" });
    this.list = make(
      "details",
      { class: "rx-list", open: innerWidth > 1000 },
      make("summary", {}, "All findings"),
      make("label", { class: "rx-filter" }, this.filter, " Undecided only ", make("kbd", { "aria-hidden": "true" }, "u")),
      this.groups,
    );
    this.element = make("aside", { class: "rx-side", "aria-label": "Findings" }, this.card, this.survivors, this.traits, this.list);
    this.rows = new Map();
  }

  toggleFilter(only = !this.undecidedOnly) {
    this.undecidedOnly = only;
    this.filter.checked = only;
    this.groups.classList.toggle("rx-undecided-only", only);
    this.editor.say(only ? "Undecided ones only" : "All findings");
  }

  draw() {
    this.drawBar();
    this.drawCard();
    this.drawList();
    this.drawSurvivors();
    this.drawTraits();
  }

  drawBar() {
    const { model } = this.editor;
    const undecided = model.undecided;
    const types = new Map();
    for (const item of undecided) types.set(item.type, (types.get(item.type) ?? 0) + 1);
    const most = [...types].sort((a, b) => b[1] - a[1]);
    const parts = most.slice(0, 3).map(([type, count]) => `${count} ${model.label(type)}`);
    if (most.length > 3) parts.push("…");
    const unread = model.now.must_read_whole ? model.turns.length - model.read.size : 0;
    const words = model.now.state === "confirmed" ? "Confirmed"
      : undecided.length ? `${undecided.length} undecided: ${parts.join(", ")}` : "All decided";
    setText(this.progress, words);
    this.progress.title = words;
    setText(this.unread, unread > 0 ? `${plural(unread, "turn")} not seen yet` : "");
    this.confirm.disabled = !model.open;
    this.next.disabled = !model.open;
  }

  drawSave() {
    const { outbox } = this.editor;
    this.save.dataset.state = outbox.state;
    const many = outbox.decisions.length > 1 && outbox.state === "offline" ? ` (${outbox.decisions.length})` : "";
    const words = SAVE_WORDS[outbox.state] + many + (outbox.kept ? "" : " · keep this tab open: the browser stores nothing");
    if (setText(this.save, words) && outbox.state !== "saving") this.editor.sayLater(words);
  }

  drawCard() {
    const { editor } = this;
    const { model, item } = editor;
    if (!item) {
      this.card.replaceChildren(make("p", { class: "rx-note" }, model.items.length ? "Choose a finding, or press j." : "Nothing was found. Select text and press m to mark it."));
      return;
    }
    const finding = item.findings[0];
    const place = model.items.indexOf(item) + 1;
    const decision = item.decision;
    const by = decision?.by && !decision.mine ? ` by ${decision.by}` : "";
    const everywhere = editor.everywhere ? model.everywhere(item).length : 0;
    const nodes = [
      make("p", { class: "rx-type" }, make("span", { class: `rx-dot rx-${model.family(item.type)}` }), model.label(item.type),
        make("span", { class: "rx-count" }, `${place} of ${model.items.length}`)),
      make("p", { class: "rx-quote", dir: "auto" }, ...textNodes(model.words(item))),
      make("p", { class: "rx-status" }, `${SHAPES[item.status]} ${capital(model.statusWords(item))}${by}${item.unsaved ? " · saving" : ""}`),
      decision?.reason ? make("p", { class: "rx-note" }, `Because: ${decision.reason}`) : null,
      finding ? make("p", { class: "rx-why" }, finding.why, " ", make("span", { class: "rx-source" }, `${finding.source}, ${finding.score}`)) : make("p", { class: "rx-why" }, "Marked by a person."),
      everywhere ? make("p", { class: "rx-everywhere-note" }, `The next decision goes to all ${plural(everywhere, "place")} of it.`) : null,
    ];
    if (editor.mode === "size") nodes.push(editor.sizeControls());
    else if (model.open) nodes.push(this.buttons(everywhere));
    this.card.replaceChildren(...nodes.filter(Boolean));
  }

  buttons(everywhere) {
    const { editor } = this;
    return make("div", { class: "rx-row" },
      button("Redact", "a", () => redact(editor), { class: "rx-button rx-primary" }),
      button("Keep", "x", () => keep(editor)),
      button("Generalise", "g", () => generalise(editor)),
      button("Type", "t", () => relabel(editor)),
      button("Size", "w", () => editor.beginSize()),
      button("Everywhere", "e", () => editor.toggleEverywhere(), { "aria-pressed": String(everywhere > 0) }),
      button("Undo", "z", () => editor.undo()),
      button("Redo", "y", () => editor.redo()),
      button("Mark selection", "m", () => markSelected(editor), { onmousedown: (event) => event.preventDefault() }),
    );
  }

  /** The list is drawn once for the same items in the same types; then rows are brought up to date. */
  drawList() {
    const { model } = this.editor;
    const shape = model.items.map((item) => `${item.key}/${item.type}`).join(";");
    if (shape !== this.shape) this.buildList();
    this.shape = shape;
    const left = new Map();
    for (const item of model.items) {
      const row = this.rows.get(item.key);
      const state = `${item.status}${item.unsaved}`;
      if (item.status === "undecided") left.set(item.type, (left.get(item.type) ?? 0) + 1);
      if (row.dataset.says === state) continue;
      row.dataset.says = state;
      row.dataset.status = item.status;
      row.firstChild.textContent = SHAPES[item.status];
      row.setAttribute("aria-label", `${model.words(item)}, ${model.statusWords(item)}`);
    }
    for (const [type, count] of this.counts) setText(count.element, `${left.get(type) ?? 0} of ${count.all} undecided`);
    this.point();
  }

  buildList() {
    const { editor } = this;
    const { model } = editor;
    const byType = new Map();
    for (const item of model.items) byType.set(item.type, [...(byType.get(item.type) ?? []), item]);
    this.rows.clear();
    this.counts = new Map();
    const groups = [...byType].sort((a, b) => b[1].length - a[1].length).map(([type, items]) => {
      const count = make("span", { class: "rx-count" });
      this.counts.set(type, { element: count, all: items.length });
      const rows = items.map((item) => {
        const row = make("button", { type: "button", class: "rx-item", tabindex: "-1", onclick: () => editor.goTo(model.byKey.get(item.key)) },
          make("span", { class: "rx-shape", "aria-hidden": "true" }), make("span", { dir: "auto" }, model.words(item)));
        this.rows.set(item.key, row);
        return make("li", {}, row);
      });
      return make("section", {}, make("h4", {}, make("span", { class: `rx-dot rx-${model.family(type)}` }), model.label(type), count), make("ul", {}, ...rows));
    });
    this.groups.replaceChildren(...groups);
  }

  /** Show in the list which one is current. */
  point() {
    const row = this.rows.get(this.editor.current);
    if (this.pointed === row && row?.hasAttribute("aria-current")) return;
    this.pointed?.removeAttribute("aria-current");
    this.pointed?.setAttribute("tabindex", "-1");
    this.pointed = row;
    if (!row) return;
    row.setAttribute("aria-current", "true");
    row.setAttribute("tabindex", "0");
    const box = row.getBoundingClientRect();
    const frame = this.element.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) {
      this.element.scrollTop += box.top - frame.top - frame.height / 2;
    }
  }

  drawTraits() {
    const { editor } = this;
    const { standing } = editor.model;
    this.traits.hidden = standing.length === 0;
    const shape = standing.map(spanKey).join(";");
    if (shape === this.told) return;
    this.told = shape;
    this.traits.replaceChildren(
      make("h4", {}, "Could tell who this is", make("kbd", { "aria-hidden": "true" }, "i")),
      make("ul", {}, ...standing.map((one) =>
        make("li", {}, make("button", { type: "button", class: "rx-item", onclick: () => editor.goToTrait(one) },
          make("strong", { dir: "auto" }, editor.model.words(one)), ` ${one.label}, shared with ${one.shared}`)))),
    );
  }

  drawSurvivors() {
    const { editor } = this;
    const { survivors } = editor.model.now;
    this.survivors.hidden = survivors.length === 0;
    this.survivors.replaceChildren(
      make("h4", {}, `⚠ Left standing: ${survivors.length}`),
      make("ul", {}, ...survivors.map((one) =>
        make("li", {}, make("button", { type: "button", class: "rx-item", onclick: () => editor.goToPlace(one) },
          make("strong", { dir: "auto" }, editor.model.words(one)), ` ${one.why} [${one.rule}]`)))),
    );
  }
}

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** @returns {boolean} whether the text is another than before */
function setText(element, words) {
  if (element.textContent === words) return false;
  element.textContent = words;
  return true;
}
