/**
 * What the oracle does not prove, each with its reason: scenarios that have no port, ports that have one form, and
 * async twins that write another trace. A test compares these tables with the ports.
 */

/** Scenarios that stay without a port. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  "351_group_base_exception_in_body":
    "no error of JavaScript is an exit: whatever a body throws comes out of its group in an ExceptionGroup",
  "360_group_child_exit_like": "no error of JavaScript is an exit: whatever a child throws comes out of its group in an ExceptionGroup",
  "577_exchandler_exit_passes_through":
    "no error of JavaScript is an exit: whatever a callback throws is reported, and a program ends its process by the host's own exit call",
};

/** Ports that run in one form; their first line says the same. */
export const ONE_FORM: Readonly<Record<string, string>> = {
  "004_coro_generator_delegation": "generator only: a bare yield, which gives up one turn, exists in generators alone",
  "006_coro_bare_yield_of_future": "generator only: a yield without a star exists in generators alone",
  "700_v312_eager_first_step":
    "generator only: an async function started eagerly is not done when createTask returns, even if its body has ended",
  "702_v312_eager_errors_and_current_task":
    "generator only: an async function started eagerly is not done when createTask returns, even if its body has failed",
  "740_v314_eager_start_per_task":
    "generator only: an async function started eagerly is not done when createTask returns, even if its body has ended",
};

/** Ports whose async twin has a trace of its own, `expected/NAME.async.txt`. */
export const OTHER_TRACE: Readonly<Record<string, string>> = {};

/** Topics, and scenarios of topics begun, that are still to be ported. */
export const NOT_STARTED: Readonly<Record<string, string>> = {
  "tcp": "topic not started yet",
  "udp": "topic not started yet",
  "unix": "topic not started yet",
  "stream": "topic not started yet",
  "subproc": "topic not started yet",
  "signal": "topic not started yet",
  "executor": "topic not started yet",
  "debug": "topic not started yet",
  "600_agen_concurrent_use_refused": "async generators queue a second request still, as native ones do",
  "tornado": "topic not started yet",
  "program": "topic not started yet",
  "709_v312_connection_all_errors": "belongs to the topic tcp, not started yet",
  "725_v313_readuntil_several_separators": "belongs to the topic stream, not started yet",
  "726_v313_server_close_clients": "belongs to the topic tcp, not started yet",
  "731_v313_small_changes": "belongs to several topics not started yet",
  "732_v313_executor_shutdown_timeout": "belongs to the topic executor, not started yet",
  "742_v314_call_graph": "belongs to the topic debug, not started yet",
};
