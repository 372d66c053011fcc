/**
 * What the oracle does not prove, each with its reason: scenarios that have no port, ports that have one form, and
 * async twins that write another trace. A test compares these tables with the ports.
 */

/** Scenarios that stay without a port. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  "538_executor_to_thread":
    "context variables are objects of one thread: the module that makes one makes another in each worker, so their values do not cross",
  "351_group_base_exception_in_body":
    "no error of JavaScript is an exit: whatever a body throws comes out of its group in an ExceptionGroup",
  "360_group_child_exit_like": "no error of JavaScript is an exit: whatever a child throws comes out of its group in an ExceptionGroup",
  "642_tornado_future_callbacks_synchronous":
    "tornado 4's own futures call back inside set_result; the futures here are asyncio's, which queue their callbacks",
  "577_exchandler_exit_passes_through":
    "no error of JavaScript is an exit: whatever a callback throws is reported, and a program ends its process by the host's own exit call",
};

/** Ports that run in one form; their first line says the same. */
export const ONE_FORM: Readonly<Record<string, string>> = {
  "004_coro_generator_delegation": "generator only: a bare yield, which gives up one turn, exists in generators alone",
  "006_coro_bare_yield_of_future": "generator only: a yield without a star exists in generators alone",
  "640_tornado_eager_start":
    "generator only: an async function that has been called is not done when the call returns, even if its body has ended",
  "700_v312_eager_first_step":
    "generator only: an async function started eagerly is not done when createTask returns, even if its body has ended",
  "702_v312_eager_errors_and_current_task":
    "generator only: an async function started eagerly is not done when createTask returns, even if its body has failed",
  "740_v314_eager_start_per_task":
    "generator only: an async function started eagerly is not done when createTask returns, even if its body has ended",
};

const NO_RESET = "Deno has no way to reset a connection: the peer sees an end instead";

/** Ports of which a host cannot do what they need; their first lines say the same. */
export const NOT_ON_HOST: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "414_tcp_reset_by_peer": { deno: NO_RESET },
  "468_stream_reset_reaches_reader": { deno: NO_RESET },
  "431_udp_error_received": { deno: "Deno does not tell a sender that nobody listens" },
};

/** Ports whose async twin has a trace of its own, `expected/NAME.async.txt`. */
export const OTHER_TRACE: Readonly<Record<string, string>> = {};
