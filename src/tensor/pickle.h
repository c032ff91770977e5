// Reads Python's pickle format as plain data. Executes nothing: records calls, and only those of functions on the
// reader's list. (Opcodes: Python's Lib/pickletools.py.)
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hone::tensor {

enum class PickleKind {
  kNone,
  kFlag,
  kInteger,
  kNumber,
  kText,
  kTuple,
  kList,
  kDict,        // items: key, value, key, value, ...
  kGlobal,      // text: "module name"
  kCall,        // items: the items set on the result, for example on a dict; see callee and arguments
  kPersistent,  // arguments[0]: the id
};

struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  int64_t integer = 0;  // for kInteger and kFlag
  double number = 0;
  std::string text;
  std::vector<const PickleValue*> items;
  const PickleValue* callee = nullptr;
  const PickleValue* arguments = nullptr;  // a tuple, or the persistent id
};

class Pickle {
 public:
  // `allowed` lists the allowed globals, such as "collections OrderedDict". Errors (kInput, kUnsupported) name `source`
  // and the byte.
  Pickle(std::string_view bytes, std::span<const std::string_view> allowed, const std::string& source);
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;

  // Valid while this object lives. Values may be shared, and may contain each other.
  const PickleValue& root() const { return *root_; }

 private:
  std::deque<PickleValue> values_;
  const PickleValue* root_ = nullptr;
};

}  // namespace hone::tensor
