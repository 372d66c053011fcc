import { ExceptionGroup, OSError, run, taskGroup } from "tsyncio";

class KeyError extends Error {}

/** Errors of a group can be split by kind, keeping the nesting. */
export async function main(emit: (...parts: unknown[]) => void): Promise<void> {
  function shape(error: unknown): unknown {
    return error instanceof ExceptionGroup ? error.errors.map(shape) : error;
  }

  function* bad(error: Error) {
    throw error;
  }

  function* pair(a: Error, b: Error) {
    yield* taskGroup(function* (group) {
      group.createTask(() => bad(a));
      group.createTask(() => bad(b));
    });
  }

  function* program() {
    try {
      yield* taskGroup(function* (group) {
        group.createTask(() => pair(new RangeError("v1"), new OSError("o1")));
        group.createTask(() => bad(new RangeError("v2")));
      });
    } catch (error) {
      if (!(error instanceof ExceptionGroup)) throw error;
      const [match, rest] = error.split(RangeError);
      emit("match", shape(match));
      emit("rest", shape(rest));
      emit("none", shape(error.subgroup(KeyError)));
      try {
        yield* bad(rest!);
      } catch (caught) {
        emit("handled", shape((caught as ExceptionGroup).subgroup(OSError)));
      }
    }
  }

  await run(program);
}
