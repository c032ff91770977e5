// hone serve: serves a trained model by HTTP, with a page to try it.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "base/interrupt.h"
#include "base/log.h"
#include "cli/library.h"
#include "cli/serve_options.h"
#include "http/browser.h"
#include "http/server.h"
#include "serve/routes.h"
#include "serve/service.h"
#include "tensor/compute.h"

namespace hone::cli {

namespace {

constexpr double kLongestWaitSeconds = 1e9;

serve::ServiceOptions service_options(const ServeOptions& options) {
  return {.model = {{options.model.model_name_or_path, options.model.base_model},
                    {options.model.max_seq_length, options.model.long_text},
                    options.compute},
          .queue = {.max_batch_tokens = static_cast<size_t>(options.max_batch_tokens),
                    .max_queue = static_cast<size_t>(options.max_queue),
                    .max_wait = std::chrono::milliseconds(
                        static_cast<int64_t>(std::min(options.queue_timeout, kLongestWaitSeconds) * 1000))},
          .max_body_bytes = static_cast<size_t>(options.server.max_body_bytes)};
}

}  // namespace

int run_serve(const options::Parsed<ServeOptions>& parsed) {
  const ServeOptions& options = parsed.options;
  const InterruptGuard interrupts;
  tensor::prepare_compute(options.compute);  // reports a missing device before the server listens
  // Also reports a missing model, except with --open: then the page shows what is missing.
  if (!options.server.open) serve::check_model_exists({options.model.model_name_or_path, options.model.base_model});
  const auto metrics = std::make_shared<http::Metrics>();
  serve::Service service(service_options(options), *metrics);
  http::Server server(http::make_config(options.server), {.title = "hone serve",
                                                          .version = HONE_VERSION,
                                                          .routes = serve::routes(service),
                                                          .pages = http::page_files(),
                                                          .index = "/try.html",
                                                          .metrics = metrics});
  log_info("listening on {}", server.url());
  if (options.server.open) http::open_in_browser(server.url());
  service.start();
  server.run([&] { return pending_interrupt() != 0 || service.wrong_options(); });
  if (const auto error = service.wrong_options()) throw Error(*error);
  const int code = server_exit_code(pending_interrupt());
  if (service.is_loading()) std::_Exit(code);  // does not wait for the end of loading, which may take long
  service.stop();
  return code;
}

}  // namespace hone::cli
