// Options of hone advise.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace hone::cli {

struct AdviseOptions {
  std::filesystem::path run;
  std::optional<std::string> language;
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.positional("run", self.run, "folder of a run, finished or running: the --output-dir of its training")
        .required()
        .value_name("RUN");
    visit("language", self.language, "language of the sentences")
        .choices({"en", "zh"})
        .default_text("that of the environment");
    visit("json", self.json, "write one JSON object, with the sentences in both languages");
  }
};

}  // namespace hone::cli
