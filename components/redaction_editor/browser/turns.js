/** The transcript and its preview, turn by turn, side by side. Drawn once; then what changed. */

const SPEAKERS = { interviewer: "Interviewer", participant: "Participant" };

class Turns {
  /** @param {Model} model @param {(key:string)=>void} chosen */
  constructor(model, chosen) {
    this.model = model;
    this.drawn = new Map();
    this.rows = model.turns.map((turn, index) => this.row(turn, index));
    this.element = make("div", { class: "rx-turns", role: "list", "aria-label": "Turns" }, ...this.rows);
    this.element.addEventListener("click", (event) => {
      const mark = event.target.closest?.("mark[data-key]");
      if (mark && (document.getSelection()?.isCollapsed ?? true)) chosen(mark.dataset.key);
    });
  }

  row(turn, index) {
    const said = make("div", { class: "rx-said", dir: "auto", "data-turn": index });
    const preview = make("div", {
      class: "rx-preview",
      dir: "auto",
      role: "group",
      "aria-label": "As a recipient gets it",
    });
    const seen = make("span", { class: "rx-seen", "aria-hidden": "true" });
    const speaker = make("div", { class: "rx-speaker" }, SPEAKERS[turn.s] ?? turn.s, seen);
    return make("div", { class: `rx-turn rx-${turn.s}`, role: "listitem", "data-turn": index }, speaker, said, preview);
  }

  said(turn) {
    return this.rows[turn].children[1];
  }

  /** Bring the page up to what the model says; a turn that says the same is not touched. */
  draw() {
    const waiting = this.model.waiting;
    const items = new Map();
    for (const item of this.model.items) {
      if (!items.has(item.turn)) items.set(item.turn, []);
      items.get(item.turn).push(item);
    }
    const survivors = new Map();
    for (const one of this.model.now.survivors) {
      if (!survivors.has(one.turn)) survivors.set(one.turn, []);
      survivors.get(one.turn).push({ ...one, survivor: true });
    }
    this.rows.forEach((row, turn) => {
      const mine = items.get(turn) ?? [];
      const left = survivors.get(turn) ?? [];
      const says = [...mine, ...left]
        .map((item) => `${item.start},${item.end},${item.status},${item.type},${item.covered},${item.unsaved}`)
        .join(";");
      const known = this.drawn.get(turn) ?? {};
      if (known.says !== says) this.drawSaid(turn, mine, left);
      const runs = this.model.preview[turn];
      if (known.runs !== runs) this.drawPreview(row.children[2], runs);
      this.drawn.set(turn, { says, runs });
      if (waiting.has(turn) !== row.classList.contains("rx-waiting")) {
        row.classList.toggle("rx-waiting", waiting.has(turn));
        row.children[2].setAttribute("aria-busy", String(waiting.has(turn)));
      }
      row.classList.toggle("rx-was-read", this.model.read.has(turn));
    });
    this.point(this.current);
  }

  /** One turn's text, cut where something begins or ends; the shortest stretch shows. */
  drawSaid(turn, items, survivors) {
    const text = this.model.turns[turn].text;
    const edges = new Set([0, text.length]);
    for (const item of [...items, ...survivors]) {
      edges.add(Math.min(item.start, text.length));
      edges.add(Math.min(item.end, text.length));
    }
    const places = [...edges].sort((a, b) => a - b);
    const nodes = [];
    const begun = new Set();
    for (let at = 0; at + 1 < places.length; at += 1) {
      const here = { turn, start: places[at], end: places[at + 1] };
      const over = items.filter((item) => covers(item, here));
      const item = over.sort((a, b) => a.end - a.start - (b.end - b.start) || (a.decision ? -1 : 1))[0];
      let parts = textNodes(text.slice(here.start, here.end));
      if (survivors.some((one) => covers(one, here))) {
        parts = [make("span", { class: "rx-survivor", title: "Left standing: see the leak check" }, ...parts)];
      }
      if (item) parts = [this.mark(item, parts, !begun.has(item.key), here.end === item.end)];
      if (item) begun.add(item.key);
      nodes.push(...parts);
    }
    this.said(turn).replaceChildren(...nodes);
  }

  mark(item, parts, first, last) {
    const label = this.model.label(item.type);
    return make(
      "mark",
      {
        class: `rx-mark rx-${this.model.family(item.type)} rx-is-${item.status}${item.covered ? " rx-covered" : ""}`,
        "data-key": item.key,
        "data-first": first,
        "data-last": last ? label : null,
        role: first ? "button" : null,
        tabindex: first ? "-1" : null,
        "aria-label": first ? `${this.model.words(item)}: ${label}, ${this.model.statusWords(item)}` : null,
      },
      ...parts,
    );
  }

  drawPreview(cell, runs) {
    cell.replaceChildren(
      ...(runs ?? []).flatMap((run) =>
        run.r ? [make("bdi", { class: "rx-replaced" }, ...textNodes(run.t))] : textNodes(run.t),
      ),
    );
  }

  marks(key) {
    return [...this.element.querySelectorAll(`mark[data-key="${key}"]`)];
  }

  /** Show which item is meant. @param {string|null} key */
  point(key) {
    this.current = key;
    for (const old of this.element.querySelectorAll("mark[aria-current]")) {
      if (old.dataset.key === key) continue;
      old.removeAttribute("aria-current");
      if (old.tabIndex === 0) old.tabIndex = -1;
    }
    if (!key) return;
    for (const mark of this.marks(key)) {
      mark.setAttribute("aria-current", "true");
      if (mark.hasAttribute("data-first")) mark.tabIndex = 0;
    }
  }

  /** Show every place that the next decision goes to. @param {Place[]} places */
  spread(places) {
    if (!globalThis.Highlight) return;
    const ranges = places.map((place) => this.range(place)).filter(Boolean);
    CSS.highlights.set("rx-everywhere", new Highlight(...ranges));
  }

  /** A place as a range of the page. @param {Place} place */
  range(place) {
    const text = this.model.turns[place.turn].text;
    const said = this.said(place.turn);
    const from = unitPoint(said, text.toUnit(place.start));
    const to = unitPoint(said, text.toUnit(place.end));
    if (!from || !to) return null;
    const range = document.createRange();
    range.setStart(...from);
    range.setEnd(...to);
    return range;
  }

  /** Bring a place into view, and focus on its mark when it has one. */
  show(place, { focus = true } = {}) {
    const row = this.rows[place.turn];
    const mark = place.key ? this.marks(place.key)[0] : null;
    // The row first: what was never in view has no height yet, and would jump when it gets one.
    (mark ?? row).scrollIntoView({ block: "nearest", behavior: "instant" });
    const scroller = this.element.parentElement;
    const box = (mark ?? row).getBoundingClientRect();
    const frame = scroller.getBoundingClientRect();
    const margin = Math.min(90, frame.height / 4);
    if (box.top < frame.top + margin) scroller.scrollTop -= frame.top + margin - box.top;
    else if (box.bottom > frame.bottom - margin) scroller.scrollTop += box.bottom - frame.bottom + margin;
    if (focus && mark) mark.focus({ preventScroll: true });
  }
}

/** The text node and offset at a UTF-16 place of a turn. @returns {[Node, number]|null} */
function unitPoint(said, unit) {
  const walk = document.createTreeWalker(said, NodeFilter.SHOW_TEXT);
  let left = unit;
  let last = null;
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (left <= node.data.length) return [node, left];
    left -= node.data.length;
    last = node;
  }
  return last ? [last, last.data.length] : null;
}
