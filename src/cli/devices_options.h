// Options of hone devices.
#pragma once

namespace hone::cli {

struct DevicesOptions {
  bool json = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("json", self.json, "write one JSON object");
  }
};

}  // namespace hone::cli
