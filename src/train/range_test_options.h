// The options of the learning-rate range test.
#pragma once

#include <cstdint>

namespace hone::train {

struct RangeTestOptions {
  bool find_lr = false;
  double find_lr_min = 1e-7, find_lr_max = 1;
  int64_t find_lr_steps = 100;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Learning-rate range test");
    visit("find_lr", self.find_lr,
          "do not train: take a few steps with a rising learning rate, suggest one, and write the curve to output_dir")
        .free_to_change();
    visit("find_lr_min", self.find_lr_min, "learning rate of the first step").above(0).free_to_change();
    visit("find_lr_max", self.find_lr_max, "learning rate of the last step").above(0).free_to_change();
    visit("find_lr_steps", self.find_lr_steps, "steps of the test; fewer if the loss grows to 4 times its lowest")
        .in_range(20, 100000)
        .free_to_change();
  }
};

}  // namespace hone::train
