// Compares Host and Origin with the allowed values.
#include "http/access.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

#include "http/ascii.h"

namespace hone::http {

namespace {

bool is_address(const std::string& text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(text, error);
  return !error;
}

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':';
}

bool contains(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

std::string host_name(std::string_view host) {
  std::string_view name = host, port;
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return {};
    name = host.substr(1, end - 1);
    port = host.substr(end + 1);
    if (!port.empty() && port.front() != ':') return {};
    port.remove_prefix(std::min<size_t>(1, port.size()));
  } else if (const size_t colon = host.find(':'); colon != std::string_view::npos) {
    name = host.substr(0, colon);
    port = host.substr(colon + 1);
  }
  std::string result = lowered(name);
  if (result.ends_with('.')) result.pop_back();
  return is_port(port) && std::all_of(result.begin(), result.end(), is_host_character) ? result : std::string();
}

bool is_host(std::string_view host) {
  const std::string name = host_name(host);
  const bool has_empty_label = name.starts_with('.') || name.find("..") != std::string::npos || name.ends_with('.');
  return !name.empty() && !has_empty_label && (host.starts_with('[') == (name.find(':') != std::string::npos));
}

AccessRules::AccessRules(const ServerConfig& config, std::string bound_address)
    : bound_address_(std::move(bound_address)), bound_to_all_(bound_address_ == "0.0.0.0" || bound_address_ == "::") {
  for (const std::string& host : config.allow_host) hosts_.push_back(host_name(host));
  hosts_.push_back(lowered(config.host.ends_with('.') ? config.host.substr(0, config.host.size() - 1) : config.host));
  for (const std::string& origin : config.allow_origin) origins_.push_back(lowered(origin));
}

bool AccessRules::allows_host(std::string_view host) const {
  const std::string name = host_name(host);
  if (name.empty()) return false;
  if (is_loopback(name) || name.ends_with(".localhost") || name == bound_address_ || contains(hosts_, name))
    return true;
  return bound_to_all_ && is_address(name);
}

bool AccessRules::allows_origin(std::string_view origin, std::string_view host) const {
  const std::string given = lowered(origin), own = lowered(host);
  return given == "http://" + own || given == "https://" + own || shares_with(origin);
}

bool AccessRules::shares_with(std::string_view origin) const {
  return !origin.empty() && (contains(origins_, "*") || contains(origins_, lowered(origin)));
}

}  // namespace hone::http
