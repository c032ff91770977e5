// hone version: prints the versions and the processor, for bug reports.
#pragma once

#include "options/parse.h"

namespace hone::cli {

struct VersionOptions {
  template <typename Self, typename Visitor>
  static void fields(Self&, Visitor&) {}
};

int run_version(const options::Parsed<VersionOptions>& parsed);

}  // namespace hone::cli
