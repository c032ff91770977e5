// hone watch: serves the page of runs from the files in their folders. It needs no libtorch, so the program itself
// implements it.
#include "cli/watch.h"

#include <memory>

#include "base/interrupt.h"
#include "base/log.h"
#include "cli/command.h"
#include "http/browser.h"
#include "http/server.h"
#include "watch/routes.h"

namespace hone::cli {

int run_watch(const options::Parsed<WatchOptions>& parsed) {
  const http::ServerOptions& options = parsed.options.server;
  const InterruptGuard interrupts;
  const auto runs = std::make_shared<watch::RunList>(parsed.options.runs);
  http::Server server(http::make_config(options), {.title = "hone watch",
                                                   .version = HONE_VERSION,
                                                   .routes = watch::routes(runs),
                                                   .pages = http::page_files(),
                                                   .index = "/watch.html"});
  log_info("listening on {}", server.url());
  if (runs->list().empty()) log_info("there are no runs yet; they appear as they begin");
  if (options.open) http::open_in_browser(server.url());
  server.run([] { return pending_interrupt() != 0; });
  return server_exit_code(pending_interrupt());
}

}  // namespace hone::cli
