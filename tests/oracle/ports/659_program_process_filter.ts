import { createSubprocessExec, gather, PIPE, run } from "tsyncio";

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const source = yield* createSubprocessExec("sh", ["-c", "for w in pear apple fig kiwi; do echo $w; done"], { stdout: PIPE });
    const sink = yield* createSubprocessExec("sort", [], { stdin: PIPE, stdout: PIPE });

    function* feed() {
      for (;;) {
        const { done, value: line } = yield* source.stdout!.next();
        if (done) break;
        if (line.length > 4) {
          sink.stdin!.write(line);
          yield* sink.stdin!.drain();
        }
      }
      sink.stdin!.close();
    }

    function* collect() {
      let n = 0;
      for (;;) {
        const { done, value: line } = yield* sink.stdout!.next();
        if (done) break;
        emit(++n, new TextDecoder().decode(line).trim());
      }
    }

    yield* gather([() => feed(), () => collect()]);
    emit("codes", yield* source.wait(), yield* sink.wait());
  }
  await run(program);
}
