import { createSubprocessExec, PIPE, run } from "tsyncio";

const SCRIPT = 'n=0; while read line; do n=$((n+1)); echo "$n:$line"; done; echo "saw $n lines"';

export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function* program() {
    const proc = yield* createSubprocessExec("sh", ["-c", SCRIPT], { stdin: PIPE, stdout: PIPE });
    const stdin = proc.stdin!, stdout = proc.stdout!;
    for (const word of ["red", "green"]) {
      stdin.write(`${word}\n`);
      yield* stdin.drain();
      emit(yield* stdout.readLine());
    }
    stdin.close();
    emit(yield* stdout.readLine());
    emit("rest length:", (yield* stdout.read()).length, "at_eof:", stdout.atEof());
    emit("exit", yield* proc.wait());
  }
  await run(program);
}
