#include "text/metaspace.h"

#include "base/names.h"
#include "text/json_fields.h"

namespace hone::text {

namespace {

struct PrependSchemeRow {
  std::string_view name;
  PrependScheme scheme;
};

constexpr PrependSchemeRow kPrependSchemes[] = {
    {"always", PrependScheme::kAlways}, {"first", PrependScheme::kFirst}, {"never", PrependScheme::kNever}};

}  // namespace

MetaspaceSettings metaspace_settings(const Json& spec, const std::string& source) {
  const std::string name = string_field(spec, "prepend_scheme", "always", source);
  const PrependScheme scheme =
      find_row(kPrependSchemes, fmt::format("prepend_scheme (in {})", source), name, ErrorKind::kUnsupported).scheme;
  // Older files have only add_prefix_space. tokenizers refuses a false one beside another scheme than never.
  if (!bool_field(spec, "add_prefix_space", true, source) && scheme != PrependScheme::kNever) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"add_prefix_space\" false contradicts \"prepend_scheme\" \"{}\"", source, name),
                "set prepend_scheme to \"never\"");
  }
  return {character_field(spec, "replacement", source), scheme, bool_field(spec, "split", true, source)};
}

}  // namespace hone::text
