// Accepting, time limits, stopping.
#include "http/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "base/log.h"
#include "http/connection.h"
#include "http/openapi.h"

namespace hone::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

// How long a sender may take until it can be dropped for a newcomer.
constexpr milliseconds kGrace{500};

tcp::endpoint endpoint_of(asio::io_context& io, const ServerConfig& config) {
  error_code error;
  const auto address = asio::ip::make_address(config.host == "localhost" ? "127.0.0.1" : config.host, error);
  if (!error) return {address, config.port};
  const auto found = tcp::resolver(io).resolve(config.host, std::to_string(config.port), error);
  if (error || found.empty()) {
    throw Error(ErrorKind::kIo, fmt::format("--host {}: {}", config.host, error.message()),
                "give an address of this machine, as 127.0.0.1 or 0.0.0.0");
  }
  return found.begin()->endpoint();
}

Error listen_error(const tcp::endpoint& endpoint, const error_code& error) {
  std::string hint = "give an address of this machine with --host";
  if (error == asio::error::address_in_use)
    hint = "another program has this port: give another with --port, or 0 for any";
  if (error == asio::error::access_denied) hint = "ports below 1024 need more rights: give a higher --port";
  return Error(
      ErrorKind::kIo,
      fmt::format("cannot listen on {}:{}: {}", endpoint.address().to_string(), endpoint.port(), error.message()),
      hint);
}

// Opens the acceptor; gives the endpoint with the port that it got.
tcp::endpoint listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw listen_error(endpoint, error);
  return acceptor.local_endpoint();
}

std::vector<Route> with_own_routes(const Site& site, std::shared_ptr<Metrics> metrics,
                                   std::shared_ptr<std::string> document) {
  std::vector<Route> routes = site.routes;
  routes.push_back(
      {.method = "GET", .path = "/openapi.json", .doc = "this description", .handle = [document](const Request&) {
         return Response{.body = *document};
       }});
  routes.push_back({.method = "GET",
                    .path = "/metrics",
                    .doc = "counters for Prometheus",
                    .handle =
                        [metrics](const Request&) {
                          return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                          .body = metrics->text()};
                        },
                    .response_type = "text/plain"});
  *document = openapi_document({site.title, site.version}, routes).dump(2) + "\n";
  return routes;
}

}  // namespace

class Server::Core : public std::enable_shared_from_this<Server::Core> {
 public:
  Core(ServerConfig config, Site site);

  void start();
  void run(const std::function<bool()>& should_stop);
  void stop();
  tcp::endpoint endpoint() const { return endpoint_; }
  const ServerConfig& config() const { return config_; }

 private:
  void accept();
  void on_accept(const error_code& error, tcp::socket socket);
  bool make_room();
  void tick();
  void expire_old();
  void begin_stop();
  Answer make_answer(std::weak_ptr<Connection> connection, uint64_t request);
  milliseconds limit_of(Phase phase) const;

  asio::io_context io_{1};
  ServerConfig config_;
  std::shared_ptr<Metrics> metrics_;
  tcp::acceptor acceptor_{io_};
  asio::steady_timer timer_{io_}, accept_pause_{io_};
  tcp::endpoint endpoint_;
  Traffic traffic_;
  Dispatcher dispatcher_;
  PhaseList phases_;
  ConnectionShared shared_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::function<bool()> should_stop_;
  Clock::time_point stop_at_{};
};

// An answer that is owed. The last copy gone without a call, it is a 500.
class AnswerSlot {
 public:
  using Deliver = std::function<void(Response)>;
  explicit AnswerSlot(Deliver deliver) : deliver_(std::move(deliver)) {}
  AnswerSlot(const AnswerSlot&) = delete;
  AnswerSlot& operator=(const AnswerSlot&) = delete;
  ~AnswerSlot() {
    give(error_response({.status = 500, .message = "internal error", .hint = "the request was lost in the server"}));
  }
  void give(Response response) {
    if (!given_.exchange(true)) deliver_(std::move(response));
  }

 private:
  Deliver deliver_;
  std::atomic<bool> given_{false};
};

Server::Core::Core(ServerConfig config, Site site)
    : config_(std::move(config)),
      metrics_(site.metrics ? site.metrics : std::make_shared<Metrics>()),
      endpoint_(listen(acceptor_, endpoint_of(io_, config_))),
      traffic_(metrics_, config_.access_log),
      dispatcher_(config_, endpoint_.address().to_string(),
                  with_own_routes(site, metrics_, std::make_shared<std::string>()),
                  StaticPages(site.pages, site.index)),
      shared_{.io = io_, .config = config_, .dispatcher = dispatcher_, .traffic = traffic_, .phases = phases_} {}

void Server::Core::start() {
  shared_.make_answer = [this](std::weak_ptr<Connection> connection, uint64_t request) {
    return make_answer(std::move(connection), request);
  };
  shared_.forget = [this](Connection& connection) {
    phases_.remove(connection);
    traffic_.connections().add(-1);
    connections_.erase(&connection);
  };
  accept();
}

Answer Server::Core::make_answer(std::weak_ptr<Connection> connection, uint64_t request) {
  auto slot = std::make_shared<AnswerSlot>([core = weak_from_this(), connection, request](Response response) {
    const std::shared_ptr<Core> alive = core.lock();
    if (!alive) return;
    asio::post(alive->io_, [connection, request, response = std::move(response)]() mutable {
      if (const auto open = connection.lock()) open->answer(request, std::move(response));
    });
  });
  return [slot](Response response) { slot->give(std::move(response)); };
}

void Server::Core::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) { on_accept(error, std::move(socket)); });
}

void Server::Core::on_accept(const error_code& error, tcp::socket socket) {
  if (shared_.stopping) return;
  if (error) {  // out of descriptors, mostly: make room, and try again a little later
    make_room();
    accept_pause_.expires_after(milliseconds(50));
    accept_pause_.async_wait([this](const error_code& cancelled) {
      if (!cancelled && !shared_.stopping) accept();
    });
    return;
  }
  error_code gone;
  const auto peer = socket.remote_endpoint(gone);
  if (phases_.size() >= config_.limits.connections && !make_room()) {
    traffic_.refused().add();
    socket.close(gone);
  } else if (!gone) {
    auto connection = std::make_shared<Connection>(std::move(socket), peer.address().to_string(), shared_);
    connections_.emplace(connection.get(), connection);
    phases_.add(*connection, Clock::now());
    traffic_.connections().add(1);
    connection->start();
  }
  accept();
}

// Closes the connection that is missed least, if there is one.
bool Server::Core::make_room() {
  auto* least = static_cast<Connection*>(phases_.to_evict(Clock::now(), kGrace));
  if (least == nullptr) return false;
  traffic_.evicted().add();
  least->close();
  return true;
}

milliseconds Server::Core::limit_of(Phase phase) const {
  const Limits& limits = config_.limits;
  switch (phase) {
    case Phase::kWaiting:
      return limits.idle;
    case Phase::kReceiving:
      return limits.request;
    case Phase::kWriting:
      return limits.write;
    case Phase::kClosing:
      return limits.linger;
    default:
      return milliseconds::max();  // an answer takes what it takes
  }
}

void Server::Core::expire_old() {
  const auto now = Clock::now();
  for (const Phase phase : {Phase::kWaiting, Phase::kReceiving, Phase::kWriting, Phase::kClosing}) {
    while (Phased* oldest = phases_.oldest(phase)) {
      if (now - oldest->since() < limit_of(phase)) break;
      static_cast<Connection*>(oldest)->expire();
    }
  }
}

void Server::Core::tick() {
  expire_old();
  if (!shared_.stopping && should_stop_ && should_stop_()) begin_stop();
  if (shared_.stopping && (phases_.size() == 0 || Clock::now() >= stop_at_)) return io_.stop();
  const Limits& limits = config_.limits;
  const auto shortest = std::min({limits.request, limits.idle, limits.write, limits.linger});
  timer_.expires_after(std::clamp(shortest / 10, milliseconds(1), milliseconds(shared_.stopping ? 10 : 100)));
  timer_.async_wait([this](const error_code& cancelled) {
    if (!cancelled) tick();
  });
}

void Server::Core::begin_stop() {
  if (shared_.stopping) return;
  shared_.stopping = true;
  stop_at_ = Clock::now() + config_.limits.stop;
  error_code ignored;
  acceptor_.close(ignored);
  accept_pause_.cancel();
  while (Phased* waiting = phases_.oldest(Phase::kWaiting)) static_cast<Connection*>(waiting)->close();
}

void Server::Core::run(const std::function<bool()>& should_stop) {
  should_stop_ = should_stop;
  tick();
  io_.run();
  while (!connections_.empty()) connections_.begin()->second->close();
}

void Server::Core::stop() {
  asio::post(io_, [this] { begin_stop(); });
}

Server::Server(ServerConfig config, Site site) : core_(std::make_shared<Core>(std::move(config), std::move(site))) {
  core_->start();
}

Server::~Server() = default;

uint16_t Server::port() const { return core_->endpoint().port(); }

std::string Server::url() const {
  const auto address = core_->endpoint().address();
  if (address.is_unspecified()) return fmt::format("http://127.0.0.1:{}", port());
  const std::string host = address.is_v6() ? fmt::format("[{}]", address.to_string()) : address.to_string();
  return fmt::format("http://{}:{}", host, port());
}

void Server::run(const std::function<bool()>& should_stop) { core_->run(should_stop); }

void Server::stop() { core_->stop(); }

}  // namespace hone::http
