#include "nn/forward_scope.h"

#include <utility>

namespace hone::nn {

namespace {

thread_local const ForwardContext* current_context = nullptr;

}  // namespace

ForwardScope::ForwardScope(const ForwardContext& context) : before_(std::exchange(current_context, &context)) {}
ForwardScope::~ForwardScope() { current_context = before_; }

const ForwardContext& ForwardScope::current() {
  static const ForwardContext of_prediction;
  return current_context == nullptr ? of_prediction : *current_context;
}

}  // namespace hone::nn
