#include "table/label_cell.h"

#include <charconv>
#include <cmath>

#include "base/error.h"

namespace hone::table {

namespace {

// Floats at or above this limit do not fit into 64-bit integers.
constexpr double kIntegerEnd = 18446744073709551616.0;  // 2^64

template <typename Number>
std::optional<LabelInteger> whole(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<LabelInteger> integer_of(double number) {
  if (!std::isfinite(number) || number != std::floor(number) || std::abs(number) >= kIntegerEnd) return std::nullopt;
  return static_cast<LabelInteger>(number);
}

// Returns the cell for a value of a column of bools, integers or floats.
LabelCell cell_of(const Value& value) {
  LabelCell cell;
  if (const auto* flag = std::get_if<bool>(&value)) {
    cell.kind = LabelCell::Kind::kFlag;
    cell.integer = *flag ? 1 : 0;
  } else if (const auto* number = std::get_if<int64_t>(&value)) {
    cell.kind = LabelCell::Kind::kInteger;
    cell.integer = *number;
  } else if (const auto* large = std::get_if<uint64_t>(&value)) {
    cell.kind = LabelCell::Kind::kInteger;
    cell.integer = *large;
  } else if (const auto* real = std::get_if<double>(&value); real != nullptr && !std::isnan(*real)) {
    cell.integer = integer_of(*real);
    cell.kind = cell.integer ? LabelCell::Kind::kInteger : LabelCell::Kind::kNumber;
  }
  return cell;
}

}  // namespace

std::string integer_text(LabelInteger integer) {
  return integer < 0 ? fmt::format("{}", static_cast<int64_t>(integer))
                     : fmt::format("{}", static_cast<uint64_t>(integer));
}

std::optional<LabelInteger> canonical_integer(std::string_view text) {
  constexpr size_t kMaxDigits = 20;  // the digits of 2^64 - 1, or those of -2^63 with the sign
  if (text.empty() || text.size() > kMaxDigits) return std::nullopt;
  const std::string_view digits = text[0] == '-' ? text.substr(1) : text;
  const bool has_leading_zero = digits.starts_with('0') && (digits.size() > 1 || digits.size() < text.size());
  if (has_leading_zero) return std::nullopt;
  const auto integer = whole<int64_t>(text);
  return integer ? integer : whole<uint64_t>(text);
}

std::string LabelCell::name() const {
  if (kind == Kind::kFlag) return *integer == 0 ? "False" : "True";
  if (kind == Kind::kInteger) return integer_text(*integer);
  return std::string(text);
}

std::optional<bool> LabelCell::flag() const {
  const bool is_number = kind == Kind::kFlag || kind == Kind::kInteger;
  return is_number && (*integer == 0 || *integer == 1) ? std::optional(*integer == 1) : std::nullopt;
}

LabelCellReader::LabelCellReader(Column column) : column_(std::move(column)) {
  if (column_.type() != ColumnType::kNested) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("column \"{}\" holds lists or objects, not one label a row", column_.name()),
              "choose a column of integers, booleans or texts; for several labels a row give --task multi-label");
}

LabelCell LabelCellReader::read(uint64_t row) const {
  if (!column_.has_text()) return cell_of(column_.value(row));
  const auto raw = column_.text(row);
  const std::string_view text = raw ? stripped(*raw) : std::string_view();
  if (text.empty()) return {};
  LabelCell cell;
  const ColumnType type = column_.type();
  if (type == ColumnType::kString || type == ColumnType::kInt || type == ColumnType::kNull) {
    cell.integer = canonical_integer(text);
    cell.kind = cell.integer && type == ColumnType::kInt ? LabelCell::Kind::kInteger : LabelCell::Kind::kText;
  } else {
    cell = cell_of(parse_value(text, type));
  }
  cell.text = text;
  cell.is_trimmed = text.size() != raw->size();
  return cell;
}

std::string LabelCellReader::text(uint64_t row) const {
  if (!column_.has_text()) return value_text(column_.value(row));
  const auto raw = column_.text(row);
  return std::string(raw ? stripped(*raw) : std::string_view());
}

}  // namespace hone::table
