/** A line on standard error that tells what is being measured and how far it is; several lines without a terminal. */
export class Progress {
  readonly #title: string;
  #what = '';
  #done = 0;
  #total = 0;

  constructor(title: string) {
    this.#title = title;
  }

  say(what: string): void {
    this.#write(`${this.#title}: ${what} …`);
  }

  begin(what: string, total: number): void {
    this.#what = what;
    this.#total = total;
    this.#done = 0;
    this.say(what);
  }

  step(): void {
    this.#done++;
    if (process.stderr.isTTY) this.#write(`${this.#title}: ${this.#what} ${this.#done}/${this.#total}`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }

  #write(text: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
  }
}
