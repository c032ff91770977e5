// Accepts connections, enforces time limits, and stops.
#include "http/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_map>

#include "base/log.h"
#include "http/connection.h"
#include "http/listener.h"
#include "http/openapi.h"
#include "http/responder.h"

namespace hone::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

// A client may take this long to send a request or read a response before the server closes its connection for a new
// one.
constexpr milliseconds kGrace{500};
// Pauses after a failed accept (too many open files), and between calls of should_stop.
constexpr milliseconds kAcceptPause{50}, kLongestTick{100}, kStoppingTick{10};

// The number of connections that can be turned away at a time. They need additional open files.
constexpr size_t kTurnedAway = 32;

ErrorDetails too_many_connections() {
  return {.status = 503,
          .message = "the server has too many connections",
          .hint = "try again after the seconds in the header Retry-After",
          .error_type = "overloaded",
          .retry_after_seconds = 1};
}

std::vector<Route> with_own_routes(const Site& site, const std::shared_ptr<Metrics>& metrics) {
  std::vector<Route> routes = site.routes;
  const auto document = std::make_shared<std::string>();
  routes.push_back({.method = "GET",
                    .path = "/openapi.json",
                    .doc = "this description, in OpenAPI 3.1",
                    .handle = [document](const Request&) { return Response{.body = *document}; },
                    .response_schema = R"({"type":"object"})"});
  const auto read_metrics = [metrics](const Request&) {
    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics->text()};
  };
  routes.push_back({.method = "GET",
                    .path = "/metrics",
                    .doc = "counters, in Prometheus' text format",
                    .handle = read_metrics,
                    .response_type = "text/plain"});
  *document = openapi_document({site.title, site.version}, routes).dump(2) + "\n";
  return routes;
}

}  // namespace

class Server::Core : public std::enable_shared_from_this<Server::Core> {
 public:
  Core(ServerConfig config, const Site& site);

  void start();
  void run(const std::function<bool()>& should_stop);
  void stop();
  const tcp::endpoint& endpoint() const { return endpoint_; }

 private:
  void accept();
  void on_accept(const error_code& error, tcp::socket socket);
  void retry_accept();
  void admit(tcp::socket socket, const tcp::endpoint& peer);
  std::shared_ptr<Connection> add(tcp::socket socket, const tcp::endpoint& peer, ConnectionShared& shared);
  bool make_room();
  void tick();
  void expire_old(PhaseList& phases);
  void begin_stop();
  Responder responder_for(const std::weak_ptr<Connection>& connection, uint64_t request);

  asio::io_context io_{1};  // the first member, so that it is destroyed after its sockets and timers
  ServerConfig config_;
  tcp::acceptor acceptor_{io_};
  asio::steady_timer timer_{io_}, accept_pause_{io_};
  tcp::endpoint endpoint_;
  std::shared_ptr<Metrics> metrics_;
  Traffic traffic_;
  Dispatcher dispatcher_;
  PhaseList phases_, away_phases_;  // served connections, and connections that are turned away
  ConnectionShared shared_, away_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::function<bool()> should_stop_;
  Clock::time_point stop_at_{};
};

Server::Core::Core(ServerConfig config, const Site& site)
    : config_(std::move(config)),
      endpoint_(open_listener(io_, acceptor_, config_)),
      metrics_(site.metrics ? site.metrics : std::make_shared<Metrics>()),
      traffic_(metrics_, config_.access_log),
      dispatcher_(config_, endpoint_.address().to_string(), with_own_routes(site, metrics_),
                  StaticPages(site.pages, site.index)),
      shared_{.limits = config_.limits, .dispatcher = dispatcher_, .traffic = traffic_, .phases = phases_},
      away_{.limits = config_.limits, .dispatcher = dispatcher_, .traffic = traffic_, .phases = away_phases_} {
  config_.limits.connections = affordable_connections(config_.limits.connections);
}

void Server::Core::start() {
  shared_.make_responder = [this](const std::weak_ptr<Connection>& connection, uint64_t request) {
    return responder_for(connection, request);
  };
  for (ConnectionShared* shared : {&shared_, &away_}) {
    shared->forget = [this, shared](Connection& connection) {
      shared->phases.remove(connection);
      traffic_.connections().add(-1);
      connections_.erase(&connection);
    };
  }
  accept();
}

// A handler may respond on another thread after the server or the connection has ended; then the response is ignored.
Responder Server::Core::responder_for(const std::weak_ptr<Connection>& connection, uint64_t request) {
  return make_responder([core = weak_from_this(), connection, request](Response response) {
    const std::shared_ptr<Core> alive = core.lock();
    if (!alive) return;
    asio::post(alive->io_, [connection, request, response = std::move(response)]() mutable {
      if (const auto open = connection.lock()) open->respond(request, std::move(response));
    });
  });
}

void Server::Core::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) { on_accept(error, std::move(socket)); });
}

void Server::Core::on_accept(const error_code& error, tcp::socket socket) {
  if (shared_.stopping) return;
  if (error) return retry_accept();
  error_code gone;
  const tcp::endpoint peer = socket.remote_endpoint(gone);
  if (!gone) admit(std::move(socket), peer);
  accept();
}

// Handles a failed accept, usually because of too many open files: closes a connection, and tries again a little later.
void Server::Core::retry_accept() {
  make_room();
  accept_pause_.expires_after(kAcceptPause);
  accept_pause_.async_wait([this](const error_code& cancelled) {
    if (!cancelled && !shared_.stopping) accept();
  });
}

void Server::Core::admit(tcp::socket socket, const tcp::endpoint& peer) {
  if (phases_.size() < config_.limits.connections || make_room()) {
    return add(std::move(socket), peer, shared_)->start();
  }
  traffic_.refused().add();
  if (away_phases_.size() >= kTurnedAway) {
    static_cast<Connection*>(away_phases_.to_evict(Clock::now(), milliseconds(0)))->close();
  }
  add(std::move(socket), peer, away_)->turn_away(too_many_connections());
}

std::shared_ptr<Connection> Server::Core::add(tcp::socket socket, const tcp::endpoint& peer, ConnectionShared& shared) {
  auto connection = std::make_shared<Connection>(std::move(socket), peer.address().to_string(), shared);
  connections_.emplace(connection.get(), connection);
  shared.phases.add(*connection, Clock::now());
  traffic_.connections().add(1);
  return connection;
}

// Closes the connection that PhaseList::to_evict() returns, if there is one.
bool Server::Core::make_room() {
  auto* least = static_cast<Connection*>(phases_.to_evict(Clock::now(), kGrace));
  if (least == nullptr) return false;
  traffic_.evicted().add();
  least->close();
  return true;
}

// Enforces the time limits of clients. Handlers have no time limit.
void Server::Core::expire_old(PhaseList& phases) {
  const auto now = Clock::now();
  const Limits& limits = config_.limits;
  const std::pair<Phase, milliseconds> limited[] = {{Phase::kWaiting, limits.idle},
                                                    {Phase::kReceiving, limits.request},
                                                    {Phase::kWriting, limits.write},
                                                    {Phase::kClosing, limits.linger}};
  for (const auto& [phase, limit] : limited) {
    while (Phased* oldest = phases.oldest(phase)) {
      if (now - oldest->since() < limit) break;
      static_cast<Connection*>(oldest)->expire();
    }
  }
}

void Server::Core::tick() {
  expire_old(phases_);
  expire_old(away_phases_);
  phases_.for_each(Phase::kHandling, [](Phased& item) { static_cast<Connection&>(item).probe(); });
  if (!shared_.stopping && should_stop_ && should_stop_()) begin_stop();
  if (shared_.stopping && (phases_.size() == 0 || Clock::now() >= stop_at_)) return io_.stop();
  const Limits& limits = config_.limits;
  const auto shortest = std::min({limits.request, limits.idle, limits.write, limits.linger});
  timer_.expires_after(std::clamp(shortest / 10, milliseconds(1), shared_.stopping ? kStoppingTick : kLongestTick));
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
  while (!connections_.empty()) {
    const std::shared_ptr<Connection> last = connections_.begin()->second;
    last->close();
  }
}

void Server::Core::stop() {
  asio::post(io_, [this] {
    begin_stop();
    timer_.cancel();
    tick();
  });
}

Server::Server(ServerConfig config, const Site& site) : core_(std::make_shared<Core>(std::move(config), site)) {
  core_->start();
}

Server::~Server() = default;

uint16_t Server::port() const { return core_->endpoint().port(); }

std::string Server::url() const { return url_of(core_->endpoint()); }

void Server::run(const std::function<bool()>& should_stop) { core_->run(should_stop); }

void Server::stop() { core_->stop(); }

}  // namespace hone::http
