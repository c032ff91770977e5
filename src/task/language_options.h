// Options of trainings on running text, and of answers of a masked language model.
#pragma once

#include <string>
#include <vector>

#include "corpus/block_options.h"
#include "corpus/content_options.h"
#include "corpus/mixture_options.h"

namespace hone::task {

struct RunningTextOptions : corpus::TextFileOptions, corpus::ContentOptions, corpus::BlockOptions, corpus::MixOptions {
  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Running text");
    corpus::BlockOptions::fields(self, visit);
    corpus::MixOptions::fields(self, visit);
    corpus::TextFileOptions::fields(self, visit);
    corpus::ContentOptions::fields(self, visit);
  }
};

// Answers of a masked language model (task/fill_mask.h).
struct FillMaskOptions {
  std::vector<std::string> targets;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("targets", self.targets, "fill-mask: tokens whose probabilities are wanted, instead of the most likely ones")
        .value_name("TOKEN,...");
  }
};

}  // namespace hone::task
