#include "tensor/dtype.h"

#include <array>

#include "base/names.h"

namespace hone::tensor {

namespace {

struct DtypeRow {
  std::string_view name;
  at::ScalarType dtype;
};

constexpr std::array kDtypes{
    DtypeRow{"F64", at::ScalarType::Double},
    DtypeRow{"F32", at::ScalarType::Float},
    DtypeRow{"F16", at::ScalarType::Half},
    DtypeRow{"BF16", at::ScalarType::BFloat16},
    DtypeRow{"I64", at::ScalarType::Long},
    DtypeRow{"I32", at::ScalarType::Int},
    DtypeRow{"I16", at::ScalarType::Short},
    DtypeRow{"I8", at::ScalarType::Char},
    DtypeRow{"U8", at::ScalarType::Byte},
    DtypeRow{"BOOL", at::ScalarType::Bool},
    DtypeRow{"U16", at::ScalarType::UInt16},
    DtypeRow{"U32", at::ScalarType::UInt32},
    DtypeRow{"U64", at::ScalarType::UInt64},
    DtypeRow{"F8_E4M3", at::ScalarType::Float8_e4m3fn},
    DtypeRow{"F8_E5M2", at::ScalarType::Float8_e5m2},
    DtypeRow{"C64", at::ScalarType::ComplexFloat},
};

}  // namespace

at::ScalarType dtype_of_name(std::string_view name) {
  return find_row(kDtypes, "tensor type", name, ErrorKind::kUnsupported).dtype;
}

std::string_view dtype_name(at::ScalarType dtype) {
  for (const DtypeRow& row : kDtypes) {
    if (row.dtype == dtype) return row.name;
  }
  throw Error(ErrorKind::kUnsupported, fmt::format("safetensors files do not support {}", c10::toString(dtype)));
}

}  // namespace hone::tensor
