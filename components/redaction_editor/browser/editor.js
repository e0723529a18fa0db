/** The editor: holds the parts together and says what happens when. */
class Editor {
  /** @param {Element} root @param {{send?:(message:object)=>void, parcel?:object}} place */
  constructor(root, place) {
    this.root = root;
    this.place = place;
    this.snapshots = new Map();
    this.number = null;
    this.current = null;
    this.everywhere = false;
    this.mode = "review";
    this.live = make("div", { class: "rx-hearing", role: "status", "aria-live": "polite" });
    this.message = make("div", { class: "rx-messages" });
    this.overlay = make("div", { class: "rx-overlay" });
    this.chooser = new Chooser(this.overlay, () => this.focus());
    this.stopped = new AbortController();
    const { signal } = this.stopped;
    root.addEventListener("keydown", (event) => this.key(event), { signal });
    document.addEventListener("keydown", (event) => {
      if (event.target === document.body) this.key(event);
    }, { signal });
    addEventListener("beforeunload", (event) => {
      if (this.outbox?.decisions.length) event.preventDefault();
    }, { signal });
    for (const name of ["online", "offline"]) addEventListener(name, () => this.connection(), { signal });
    const app = document.querySelector("[data-test-connection-state]");
    this.watch = new MutationObserver(() => this.connection());
    if (app) this.watch.observe(app, { attributeFilter: ["data-test-connection-state"] });
  }

  online() {
    const app = document.querySelector("[data-test-connection-state]");
    return navigator.onLine && (app?.getAttribute("data-test-connection-state") ?? "CONNECTED") === "CONNECTED";
  }

  /** Connection lost or back: what was on its way may not have arrived. */
  connection() {
    if (!this.outbox) return;
    if (!this.online()) this.outbox.dropFlight();
    this.outbox.soon(0);
    this.panel.drawSave();
  }

  /** Take an answer of Python. */
  receive(parcel) {
    if (!parcel || parcel.number === this.number) return;
    const held = unpack(this.snapshots, parcel);
    if (!held) return this.askForAll(parcel);
    this.number = parcel.number;
    const fresh = !this.model || this.model.book !== held.book;
    if (fresh) this.open(held.book);
    this.model.saved = held.decisions;
    this.model.preview = held.preview;
    this.model.now = parcel.now;
    this.outbox.hear(parcel.now, parcel.answered, held.decisions);
    this.model.read = new Set([...held.read, ...this.outbox.reads]);
    this.refresh();
    this.drawMessages();
    if (fresh) this.goTo(this.model.byKey.get(this.current) ?? this.model.undecided[0] ?? this.model.items[0], { focus: !this.elsewhere() });
    const { jump } = parcel.now;
    const wanted = jump && this.model.traits.find((one) => spanKey(one) === spanKey(jump));
    if (wanted) this.goToTrait(wanted);
    return undefined;
  }

  /** The answer builds on one that is not here (the page was left and come back to). */
  askForAll(parcel) {
    this.number = null;
    this.place.send?.({ message_id: newId(), session_id: parcel.now.session_id, version: 0, decisions: [], read: [], act: null, have: null });
  }

  /** Begin with a session; the same one again (found anew by the machine) keeps what waits. */
  open(book) {
    this.chooser.close(false);
    if (this.outbox?.sessionId !== book.session_id) {
      this.current = null;
      this.outbox = new Outbox(book.session_id, {
        send: (message) => this.place.send?.(message),
        changed: () => this.panel?.drawSave(),
        online: () => this.online(),
        have: () => this.number,
        lost: (act) => this.say(act === "skip" ? "Not skipped: no answer. Try again." : "Not confirmed: no answer. Try again."),
      });
      this.history = new History(book.session_id);
    }
    this.reading?.stop();
    this.model = new Model(book);
    this.model.book = book;
    this.turns = new Turns(this.model, (key) => this.goTo(this.model.byKey.get(key)));
    this.selection = new Selection(this.turns, this.model, (words) => this.say(words));
    this.panel = new Panel(this);
    this.scroller = make("div", { class: "rx-scroller", role: "region", "aria-label": "Transcript and preview", tabindex: "0" },
      make("div", { class: "rx-head", "aria-hidden": "true" }, make("span"), make("span", {}, "Original"), make("span", { class: "rx-head-preview" }, "What a recipient gets")),
      this.turns.element);
    this.root.replaceChildren(this.overlay, this.panel.bar, this.message, make("div", { class: "rx-body" }, this.scroller, this.panel.element), this.live);
    this.reading = new Reading(this.scroller, this.turns.rows, (turn) => this.model.turns[turn].text.length,
      (turn) => this.model.read.has(turn), (turn) => {
        this.model.read.add(turn);
        this.turns.rows[turn].classList.add("rx-was-read");
        this.outbox.seen(turn);
        this.panel.drawBar();
      });
  }

  /** Show what the model says now. */
  refresh() {
    this.model.unsaved = this.outbox.decisions;
    this.model.settle();
    if (this.current && !this.model.byKey.has(this.current)) this.current = null;
    const focused = this.root.contains(document.activeElement) && document.activeElement.closest("mark");
    this.turns.draw();
    this.turns.point(this.current);
    if (focused && !focused.isConnected) this.focus();
    this.panel.draw();
    this.panel.drawSave();
  }

  get item() {
    return this.model.byKey.get(this.current) ?? null;
  }

  /** Record decisions of one keystroke: shown at once, saved behind. @param {object[]} said */
  decide(said, { history = true } = {}) {
    if (!this.model.open || !said.length) return;
    const holding = this.model.holding();
    const changes = said.map((one) => {
      const before = holding.get(spanKey(one));
      return {
        place: { turn: one.turn, start: one.start, end: one.end },
        before: before && before.kind !== "withdraw" ? bare(before) : null,
        after: one.kind === "withdraw" ? null : bare(one),
      };
    });
    for (const one of said) this.outbox.add(bare(one));
    this.outbox.added();
    if (history) this.history.note(changes);
    this.refresh();
  }

  undo() {
    this.replay(this.history.undo(), "Undone", "Nothing to undo");
  }

  redo() {
    this.replay(this.history.redo(), "Done again", "Nothing to redo");
  }

  replay(said, words, none) {
    if (!said) return this.say(none);
    this.decide(said, { history: false });
    this.say(`${words}. ${plural(this.model.undecided.length, "undecided", "undecided")} left.`);
    const at = said.map((one) => this.model.byKey.get(spanKey(one))).find(Boolean);
    return this.goTo(at ?? this.item);
  }

  toggleEverywhere() {
    if (!this.item) return;
    this.everywhere = !this.everywhere;
    const places = this.everywhere ? this.model.everywhere(this.item) : [];
    this.turns.spread(places);
    this.panel.drawCard();
    this.say(this.everywhere ? `Everywhere: the next decision goes to ${plural(places.length, "place")}.` : "Here only");
  }

  finish(act) {
    if (act !== "skip" && this.model.undecided.length) {
      this.say(`Not yet: ${this.model.undecided.length} undecided.`);
      return this.nextUndecided();
    }
    this.outbox.wish(act);
    return this.say(act === "skip" ? "Skipping" : "Confirming");
  }

  say(words) {
    clearTimeout(this.saying);
    this.live.textContent = words;
  }

  /** Said unless something weightier is said just then. */
  sayLater(words) {
    clearTimeout(this.saying);
    this.saying = setTimeout(() => this.say(words), 700);
  }

  stop() {
    this.stopped.abort();
    this.watch.disconnect();
    this.reading?.stop();
    clearTimeout(this.outbox?.timer);
    clearTimeout(this.outbox?.late);
    CSS.highlights?.delete("rx-everywhere");
  }
}
