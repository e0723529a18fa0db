/** Getting about in the editor: keys, focus, modes. */

const SIZE_HELP = "Arrows change it by a word, with Shift by a character; o is the other end; Enter takes it.";

Object.assign(Editor.prototype, {
  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.model || event.defaultPrevented || this.chooser.open) return;
    const target = event.target;
    if (target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const handled = this.mode === "review" ? this.reviewKey(event) : this.modeKey(event);
    if (!handled) return;
    event.preventDefault();
    // Streamlit listens for keys of its own on the page.
    event.stopPropagation();
  },

  reviewKey(event) {
    // Enter and Space belong to what is focused; arrows in the list of findings too.
    const name = pressed(event);
    const binding = BY_KEY.get(name);
    if (!binding) return false;
    if (event.repeat && !binding.repeats) return true;
    if (!this.model.open && !binding.always) {
      this.say("This session can be read only.");
      return true;
    }
    binding.act(this, event);
    return true;
  },

  /** Keys while a size is changed or words are picked. */
  modeKey(event) {
    const { key } = event;
    if (key === "Escape" || key === "q") this.leaveMode();
    else if (this.mode === "size") {
      if (key === "ArrowRight" || key === "ArrowLeft") this.stretch(key === "ArrowRight" ? 1 : -1, event.shiftKey ? "character" : "word");
      else if (key === "o") this.otherEnd();
      else if (key === "Enter" && !event.repeat) this.takeSize();
      else return key.length === 1 && !event.ctrlKey && !event.metaKey;
    } else if (key === "ArrowRight" || key === "ArrowLeft") this.selection.move(key === "ArrowRight" ? 1 : -1, event.shiftKey);
    else if (key === "ArrowDown" || key === "ArrowUp") this.selection.step(this.selection.caret.turn, key === "ArrowDown" ? 1 : -1, false);
    else if ((key === "Enter" || key === "m") && !event.repeat) markSelected(this);
    else return key.length === 1 && !event.ctrlKey && !event.metaKey;
    return true;
  },

  leaveMode() {
    this.mode = "review";
    this.selection.end();
    this.panel.drawCard();
    this.focus();
  },

  beginCaret() {
    const from = this.item ?? { turn: 0, start: 0 };
    this.mode = "caret";
    if (!this.selection.begin(from)) return this.leaveMode();
    return this.scroller.focus({ preventScroll: true });
  },

  beginSize() {
    if (!this.item) return;
    const { turn, start, end } = this.item;
    this.mode = "size";
    this.size = { place: { turn, start, end }, edge: "end" };
    this.panel.drawCard();
    this.showSize(SIZE_HELP);
  },

  stretch(step, unit) {
    const { place, edge } = this.size;
    const text = this.model.turns[place.turn].text;
    const moved = { ...place, [edge]: text.nextPlace(place[edge], step, unit, edge) };
    if (moved.end <= moved.start) return;
    this.size.place = moved;
    this.showSize();
  },

  otherEnd() {
    this.size.edge = this.size.edge === "end" ? "start" : "end";
    this.showSize(`The ${this.size.edge} moves`);
  },

  showSize(words) {
    const range = this.turns.range(this.size.place);
    const selection = document.getSelection();
    selection.removeAllRanges();
    if (range) selection.addRange(range);
    this.panel.drawCard();
    this.say(words ?? this.model.words(this.size.place));
  },

  takeSize() {
    const { place } = this.size;
    const item = this.item;
    this.leaveMode();
    if (item && spanKey(place) !== item.key) resize(this, item, place);
  },

  sizeControls() {
    const by = (label, step, unit) => button(label, null, () => this.stretch(step, unit));
    return make("div", { class: "rx-size" },
      make("p", { class: "rx-quote", dir: "auto" }, ...textNodes(this.model.words(this.size.place))),
      make("p", { class: "rx-note" }, `The ${this.size.edge} moves. ${SIZE_HELP}`),
      make("div", { class: "rx-row" }, by("− word", -1, "word"), by("+ word", 1, "word"), by("− character", -1, "character"), by("+ character", 1, "character"),
        button("Other end", "o", () => this.otherEnd()), button("Take", "Enter", () => this.takeSize(), { class: "rx-button rx-primary" }), button("Leave", "q", () => this.leaveMode())));
  },

  /** @param {Item|undefined|null} item */
  goTo(item, { focus = true } = {}) {
    if (!item) return;
    this.current = item.key;
    this.everywhere = false;
    this.turns.spread([]);
    this.turns.point(item.key);
    this.turns.show(item, { focus: focus && !this.chooser.open });
    this.panel.drawCard();
    this.panel.point();
  },

  move(step) {
    const { items } = this.model;
    const at = items.indexOf(this.item);
    this.goTo(items[Math.min(items.length - 1, Math.max(0, at + step))]);
  },

  /** @param {1|-1} [step] */
  nextUndecided(step = 1) {
    const { items } = this.model;
    const at = items.indexOf(this.item);
    for (let far = 1; far <= items.length; far += 1) {
      const item = items[(at + far * step + items.length * 2) % items.length];
      if (item.status === "undecided") return this.goTo(item);
    }
    return this.say("All are decided.");
  },

  /** After a decision: to the next that is undecided, or stay. */
  goOn(item) {
    if (this.model.undecided.length) {
      this.current = item.key;
      this.nextUndecided();
    } else this.goTo(this.model.byKey.get(item.key));
  },

  goToPlace(place) {
    const item = this.model.items.find((one) => covers(one, place) || covers(place, one));
    if (item) return this.goTo(item);
    this.pointAt(place);
    return this.say(`${this.model.words(place)}: ${place.why ?? ""} Press m to mark it.`);
  },

  nextSurvivor() {
    const { survivors } = this.model.now;
    if (!survivors.length) return this.say("The leak check found nothing.");
    this.survivor = ((this.survivor ?? -1) + 1) % survivors.length;
    return this.goToPlace(survivors[this.survivor]);
  },

  /** To something few share, and ask for its category. */
  goToTrait(trait) {
    const item = this.model.items.find((one) => overlap(one, trait));
    if (item) this.goTo(item);
    else this.pointAt(trait);
    if (this.model.open) return generaliseTrait(this, trait);
    return this.say(`${trait.label}, shared with ${trait.shared}`);
  },

  nextTrait() {
    const { standing } = this.model;
    if (!standing.length) return this.say("Nothing that few share is left standing.");
    const at = standing.findIndex((one) => this.trait && byPlace(this.trait, one) === 0);
    this.trait = standing[(at + 1) % standing.length];
    return this.goToTrait(this.trait);
  },

  /** Show a place that nothing is marked at, selected. */
  pointAt(place) {
    this.turns.show(place, { focus: false });
    const range = this.turns.range(place);
    document.getSelection()?.removeAllRanges();
    if (range) document.getSelection()?.addRange(range);
    this.scroller.focus({ preventScroll: true });
  },

  /** Whether the person is busy in another part of the page. */
  elsewhere() {
    const active = document.activeElement;
    return active !== null && active !== document.body && !this.root.contains(active);
  },

  focus() {
    const mark = this.current ? this.turns.marks(this.current)[0] : null;
    (mark ?? this.scroller).focus({ preventScroll: true });
  },

  togglePreview() {
    const folded = this.root.classList.toggle("rx-folded");
    this.panel.fold.setAttribute("aria-pressed", String(!folded));
    this.say(folded ? "Preview folded" : "Preview shown");
    if (this.item) this.turns.show(this.item, { focus: false });
  },

  toggleHelp() {
    if (this.help) {
      this.help.remove();
      this.help = null;
      return this.focus();
    }
    this.help = helpPanel(() => this.toggleHelp());
    this.overlay.append(this.help);
    return this.help.focus();
  },

  drawMessages() {
    const { now } = this.model;
    const { outbox } = this;
    const said = [];
    if (now.notice) {
      said.push(make("div", { class: "rx-notice", role: "alert" }, make("p", {}, now.notice),
        outbox.held === "refused" ? make("div", { class: "rx-row" },
          button("Try again", null, () => this.goOnSaving()),
          button("Drop what is not saved", null, () => this.dropUnsaved(() => true))) : null));
    }
    if (outbox.held === "conflict" && now.conflict) said.push(conflictPanel(this, now.conflict));
    this.message.replaceChildren(...said);
    this.message.querySelector(".rx-conflict")?.focus();
  },

  goOnSaving() {
    this.message.replaceChildren();
    this.outbox.goOn(this.model.now.version);
    this.refresh();
    this.focus();
  },

  /** Take back what is not saved; undo brings it back. */
  dropUnsaved(which) {
    const dropped = this.outbox.drop(which);
    this.model.unsaved = this.outbox.decisions;
    const holding = this.model.holding();
    if (dropped.length) {
      this.history.note(dropped.map((one) => ({
        place: { turn: one.turn, start: one.start, end: one.end },
        before: bare(one),
        after: holding.has(spanKey(one)) ? bare(holding.get(spanKey(one))) : null,
      })));
    }
    this.goOnSaving();
  },

  takeTheirs(theirs) {
    const others = [...theirs.values()];
    this.dropUnsaved((mine) => others.some((one) => overlap(one, mine)));
    this.say("Theirs hold. Undo puts yours on top.");
  },

  putMineOnTop() {
    this.goOnSaving();
    this.say("Yours are put on top.");
  },
});
