/**
 * For programs that only the type checker runs (`deno task check types`): what the library infers, in both kinds of coroutine, and, below
 * `@ts-expect-error`, what it refuses.
 */

/** `true` when both are the same type. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles when the type of the value is exactly `Expected`. */
export declare function is<Expected>(): <Actual>(value: Actual, ...same: Same<Actual, Expected> extends true ? [] : [never]) => void;

declare const some: { readonly any: ReturnType<typeof JSON.parse>; readonly text: string; readonly both: string | number };

/** The tool itself tells the difference. */
export function isExact(): void {
  is<string>()(some.text);
  // @ts-expect-error wider
  is<string>()(some.both);
  // @ts-expect-error narrower
  is<string | number>()(some.text);
  // @ts-expect-error any
  is<string>()(some.any);
  // @ts-expect-error unknown is not asked for
  is<unknown>()(some.text);
  // @ts-expect-error readonly counts
  is<[string]>()([some.text] as readonly [string]);
}
