/**
 * A short list to choose from: by digit, by arrows and Enter, by its first letters, by mouse,
 * or in one's own words. Keys pressed in it go nowhere else.
 */
class Chooser {
  /** @param {Element} home where it is shown @param {()=>void} closed gives the focus back */
  constructor(home, closed) {
    this.home = home;
    this.closed = closed;
    this.element = null;
  }

  get open() {
    return this.element !== null;
  }

  /**
   * @param {{title:string, options:Array<{value:string,label:string}>, own?:string|null,
   *   note?:string, chosen:(value:string)=>void}} ask `own` labels the field for own words
   */
  ask({ title, options, own = null, note = null, chosen }) {
    this.close(false);
    this.options = options;
    this.chosen = chosen;
    this.active = 0;
    this.list = make(
      "div",
      { class: "rx-options", role: "listbox", tabindex: "0", "aria-label": title },
      ...options.map((option, at) =>
        make(
          "div",
          { class: "rx-option", role: "option", id: `rx-option-${at}`, onclick: () => this.take(option.value) },
          make("kbd", { "aria-hidden": "true" }, at < 9 ? String(at + 1) : ""),
          make("span", { dir: "auto" }, option.label),
        ),
      ),
    );
    this.field = own
      ? make("input", { type: "text", maxlength: "200", "aria-label": own, placeholder: own, dir: "auto" })
      : null;
    const form = this.field
      ? make(
          "form",
          {
            class: "rx-own",
            onsubmit: (event) => {
              event.preventDefault();
              if (this.field.value.trim()) this.take(this.field.value.trim());
            },
          },
          make("kbd", { "aria-hidden": "true" }, "0"),
          this.field,
          make("button", { type: "submit", class: "rx-button" }, "Take"),
        )
      : null;
    this.element = make(
      "div",
      { class: "rx-chooser", role: "dialog", "aria-modal": "true", "aria-label": title, onkeydown: (event) => this.key(event) },
      make("h3", {}, title),
      note ? make("p", { class: "rx-note" }, note) : null,
      options.length ? this.list : null,
      form,
      make("p", { class: "rx-note" }, "Digit or Enter takes, Esc goes back."),
    );
    this.home.append(this.element);
    this.mark();
    (options.length ? this.list : this.field)?.focus();
  }

  key(event) {
    event.stopPropagation();
    keepTabInside(this.element, event);
    if (event.key === "Escape") {
      event.preventDefault();
      return this.close();
    }
    if (event.target === this.field || event.ctrlKey || event.metaKey || event.altKey) return undefined;
    if (event.target !== this.list) return undefined;
    const last = this.options.length - 1;
    const moves = { ArrowDown: this.active + 1, ArrowUp: this.active - 1, Home: 0, End: last };
    if (event.key in moves) this.active = Math.min(last, Math.max(0, moves[event.key]));
    else if (event.key === "Enter" && !event.repeat) this.take(this.options[this.active].value);
    else if (/^[1-9]$/.test(event.key) && this.options[event.key - 1]) {
      this.take(this.options[event.key - 1].value);
    } else if (event.key === "0" && this.field) this.field.focus();
    else if (/^\p{L}$/u.test(event.key)) {
      const starts = (option) => option.label.toLowerCase().startsWith(event.key.toLowerCase());
      const after = this.options.findIndex((option, at) => at > this.active && starts(option));
      const first = this.options.findIndex(starts);
      if (first !== -1) this.active = after === -1 ? first : after;
    } else return undefined;
    event.preventDefault();
    this.mark();
    return undefined;
  }

  mark() {
    [...this.list.children].forEach((option, at) =>
      option.setAttribute("aria-selected", String(at === this.active)),
    );
    this.list.setAttribute("aria-activedescendant", `rx-option-${this.active}`);
    this.list.children[this.active]?.scrollIntoView({ block: "nearest" });
  }

  take(value) {
    const { chosen } = this;
    this.close();
    chosen(value);
  }

  close(giveBack = true) {
    if (!this.element) return;
    this.element.remove();
    this.element = null;
    if (giveBack) this.closed();
  }
}
