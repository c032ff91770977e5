// Records where the value of each option came from: its default, a config file or a flag.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace hone::options {

enum class Source { kDefault, kFile, kFlag };

class Provenance {
 public:
  // `name` is the option's own name, not an alias.
  Source source(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? Source::kDefault : found->second.source;
  }
  // Returns true if a file or flag set the option, even to its default value.
  bool is_set(std::string_view name) const { return source(name) != Source::kDefault; }
  // Returns the source for messages: "--seed" or "run.yaml:3: seed"; empty for a default.
  std::string where(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? "" : found->second.where;
  }
  void record(std::string_view name, Source source, std::string where) {
    entries_.insert_or_assign(std::string(name), Entry{source, std::move(where)});
  }

 private:
  struct Entry {
    Source source;
    std::string where;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace hone::options
