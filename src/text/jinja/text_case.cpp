// str.lower, upper and the other methods that change the case. The result is data if any part of the text is.
#include "text/jinja/methods.h"
#include "text/jinja/python_characters.h"

namespace hone::text::jinja {

namespace {

template <std::string (*map)(std::string_view)>
Value with_case(Render& render, const Value& self, const Bound&) {
  return render.text(map(self.bytes()), has_data(self) ? Origin::kData : Origin::kTemplate);
}

constexpr MethodRow kTextCaseMethods[] = {
    {{"lower"}, with_case<lower_case>},     {{"upper"}, with_case<upper_case>},
    {{"title"}, with_case<title_case>},     {{"capitalize"}, with_case<capitalized>},
    {{"casefold"}, with_case<case_folded>}, {{"swapcase"}, with_case<swapped_case>},
};

}  // namespace

std::span<const MethodRow> text_case_methods() { return kTextCaseMethods; }

}  // namespace hone::text::jinja
