// Options of hone watch.
#pragma once

#include <string>
#include <vector>

#include "http/options.h"

namespace hone::cli {

struct WatchOptions {
  std::vector<std::string> runs;
  http::ServerOptions server{.port = 8001};  // hone serve uses 8000

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.positional("runs", self.runs, "folders of runs (their output_dir), or folders with such folders in them")
        .required()
        .not_split()
        .paths()
        .value_name("RUN");
    http::ServerOptions::fields(self.server, visit);
  }
};

}  // namespace hone::cli
