#include "gateway/http/http_server.h"

#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <map>
#include <thread>

#include "core/base/check.h"
#include "core/crypto/key_file.h"
#include "core/io/host.h"
#include "core/io/log.h"
#include "gateway/http/address_group.h"
#include "gateway/http/queue_place.h"

namespace fairfeed {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using PlainStream = beast::tcp_stream;
using TlsStream = asio::ssl::stream<beast::tcp_stream>;
using Parser = http::request_parser<http::string_body>;
using Failure = boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kQuickWorkers = 2;
constexpr std::size_t kPasswordWorkers = 1;
constexpr std::size_t kLedgerWorkers = 2;
constexpr std::int64_t kPauseMs = 100;  // when no descriptor is left

PlainStream& lowest(PlainStream& stream) {
    return stream;
}
PlainStream& lowest(TlsStream& stream) {
    return stream.next_layer();
}

std::chrono::milliseconds ms(std::int64_t count) {
    return std::chrono::milliseconds(count);
}

HttpRequest request_of(Parser& parser, const std::string& address) {
    auto message = parser.release();
    HttpRequest request{
        std::string(message.method_string()), std::string(message.target()), {}, {}, address};
    for (const auto& field : message) {
        request.headers.emplace_back(lower_case(std::string(field.name_string())),
                                     std::string(field.value()));
    }
    request.body = std::move(message.body());
    return request;
}

// The answer to a request that could not be read. (The compiler of Debian 12 destroys some
// temporaries of a co_await expression twice, so none stands in one here.)
HttpResponse as_nobody(HttpResponse response) {
    return finished(HttpRequest(), std::move(response));
}

// What a request that could not be read is told; nullopt: nothing, because nobody listens.
std::optional<HttpResponse> refusal_of(const Failure& failure) {
    if (failure == http::error::header_limit)
        return problem(431, "header-too-large", "the header is larger than this server takes");
    if (failure == http::error::body_limit)
        return problem(413, "body-too-large", "the body is larger than this server takes");
    if (failure.category() == http::make_error_code(http::error::bad_method).category() &&
        failure != http::error::end_of_stream && failure != http::error::partial_message)
        return problem(400, "not-http", failure.message());
    return std::nullopt;
}

http::response<http::string_body> message_of(HttpResponse response, unsigned version, bool keep) {
    http::response<http::string_body> message(static_cast<http::status>(response.status), version);
    for (auto& [name, value] : response.headers)
        message.insert(name, value);
    message.keep_alive(keep);
    const std::size_t size = response.body.size();
    if (!response.is_head) message.body() = std::move(response.body);
    if (response.status != 204 && response.status != 304) message.content_length(size);
    return message;
}

asio::ssl::context tls_context(const HttpPlace& place) {
    asio::ssl::context context(asio::ssl::context::tls_server);
    context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 |
                        asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                        asio::ssl::context::no_tlsv1_1);
    if (place.key.empty()) return context;
    const auto key = load_secret_text(place.key);
    if (!key) throw std::runtime_error(key.error());
    context.use_certificate_chain_file(place.certificate.string());
    context.use_private_key(asio::buffer(key->text()), asio::ssl::context::pem);
    return context;
}

}  // namespace

struct HttpServer::Core {
    Core(const HttpPlace& place, const HttpLimits& given, HttpApplication application)
        : limits(given),
          app(std::move(application)),
          is_tls(!place.key.empty()),
          tls(tls_context(place)),
          hub(given.events),
          lanes{WorkerQueue(kQuickWorkers, given.waiting),
                WorkerQueue(kPasswordWorkers, given.password_waiting),
                WorkerQueue(kLedgerWorkers, given.ledger_waiting)},
          io(1),
          acceptor(io, Tcp::endpoint(asio::ip::make_address(place.host), place.port)) {}

    void run() {
        asio::co_spawn(io, accept(), asio::detached);
        thread = std::thread([this] { io.run(); });
    }
    void stop() {
        io.stop();
        thread.join();
        for (WorkerQueue& lane : lanes)
            lane.workers.join();
    }

    asio::awaitable<void> accept();
    asio::awaitable<void> serve(Tcp::socket socket, std::string address);
    template <class Stream>
    asio::awaitable<void> converse(Stream& stream, const std::string& address);
    // false: the connection ends.
    template <class Stream>
    asio::awaitable<bool> exchange(Stream& stream, beast::flat_buffer& buffer,
                                   const std::string& address);
    template <class Stream>
    asio::awaitable<bool> write(Stream& stream, HttpResponse response, unsigned version, bool keep);
    asio::awaitable<HttpResponse> answer(const HttpRequest& request);
    template <class Stream>
    asio::awaitable<void> stream_events(Stream& stream, HttpResponse response);
    template <class Stream>
    asio::awaitable<void> pump_events(Stream& stream, WatcherId id);
    void tell(std::vector<LiveEvent> block);

    // Workers of a lane, and how many requests wait for them.
    struct WorkerQueue {
        WorkerQueue(std::size_t threads, std::size_t may_wait) : workers(threads), most(may_wait) {}
        asio::thread_pool workers;
        std::size_t most;
        std::size_t waiting = 0;
    };

    HttpLimits limits;
    HttpApplication app;
    bool is_tls;
    asio::ssl::context tls;
    EventHub hub;
    std::map<WatcherId, asio::steady_timer*> wakes;
    std::map<std::string, std::size_t> by_address;
    std::atomic<std::size_t> connections{0};
    std::atomic<std::size_t> watchers{0};
    std::array<WorkerQueue, kWorkerLanes> lanes;  // by WorkerLane
    asio::io_context io;  // its end destroys the conversations, which use all the above
    Tcp::acceptor acceptor;
    std::thread thread;
};

asio::awaitable<void> HttpServer::Core::accept() {
    for (;;) {
        auto [failure, socket] = co_await acceptor.async_accept(kTuple);
        if (failure) {
            asio::steady_timer pause(io, ms(kPauseMs));
            co_await pause.async_wait(kTuple);
            continue;
        }
        Failure gone;
        const auto peer = socket.remote_endpoint(gone);
        if (gone) continue;
        std::string address = peer.address().to_string();
        const auto known = by_address.find(address_group(address));
        const std::size_t theirs = known == by_address.end() ? 0 : known->second;
        if (connections >= limits.connections || theirs >= limits.connections_of_address) continue;
        asio::co_spawn(io, serve(std::move(socket), std::move(address)), asio::detached);
    }
}

// Counted among the connections for as long as it lives.
class HttpServer::Seat {
  public:
    Seat(Core& core, const std::string& address) : core_(core), group_(address_group(address)) {
        ++core_.connections;
        ++core_.by_address[group_];
    }
    ~Seat() {
        --core_.connections;
        if (--core_.by_address[group_] == 0) core_.by_address.erase(group_);
    }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

  private:
    Core& core_;
    std::string group_;
};

asio::awaitable<void> HttpServer::Core::serve(Tcp::socket socket, std::string address) {
    const Seat seat(*this, address);
    Failure ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    if (is_tls) {
        TlsStream stream(PlainStream(std::move(socket)), tls);
        lowest(stream).expires_after(ms(limits.header_ms));
        const auto [failure] = co_await stream.async_handshake(TlsStream::server, kTuple);
        if (!failure) {
            co_await converse(stream, address);
            lowest(stream).expires_after(ms(limits.header_ms));
            co_await stream.async_shutdown(kTuple);
        }
    } else {
        PlainStream stream(std::move(socket));
        co_await converse(stream, address);
        stream.socket().shutdown(Tcp::socket::shutdown_send, ignored);
    }
}

template <class Stream>
asio::awaitable<void> HttpServer::Core::converse(Stream& stream, const std::string& address) {
    beast::flat_buffer buffer;
    while (co_await exchange(stream, buffer, address)) {
    }
}

template <class Stream>
asio::awaitable<bool> HttpServer::Core::exchange(Stream& stream, beast::flat_buffer& buffer,
                                                 const std::string& address) {
    Parser parser;
    parser.header_limit(limits.header_bytes);
    parser.body_limit(limits.body_bytes);
    lowest(stream).expires_after(ms(limits.header_ms));
    auto [failure, read] = co_await http::async_read_header(stream, buffer, parser, kTuple);
    if (!failure && !parser.get()[http::field::expect].empty()) {
        HttpResponse refusal = as_nobody(problem(417, "expectation", "send the body at once"));
        co_return co_await write(stream, std::move(refusal), 11, false);
    }
    if (!failure) {
        lowest(stream).expires_after(ms(limits.body_ms));
        std::tie(failure, read) = co_await http::async_read(stream, buffer, parser, kTuple);
    }
    if (failure) {
        std::optional<HttpResponse> refusal = refusal_of(failure);
        if (!refusal) co_return false;
        HttpResponse told = as_nobody(std::move(*refusal));
        co_return co_await write(stream, std::move(told), 11, false);
    }
    lowest(stream).expires_never();
    const bool keep = parser.keep_alive();
    const unsigned version = parser.get().version();
    const HttpRequest request = request_of(parser, address);
    const std::int64_t began_ms = app.steady_ms();
    HttpResponse response = co_await answer(request);
    app.done(request, response, app.steady_ms() - began_ms);
    if (response.watch && !response.is_head) {
        co_await stream_events(stream, std::move(response));
        co_return false;
    }
    co_return co_await write(stream, std::move(response), version, keep);
}

template <class Stream>
asio::awaitable<bool> HttpServer::Core::write(Stream& stream, HttpResponse response,
                                              unsigned version, bool keep) {
    const auto message = message_of(std::move(response), version, keep);
    http::response_serializer<http::string_body> serializer(message);
    lowest(stream).expires_after(ms(limits.write_ms));
    const auto [failure, written] = co_await http::async_write(stream, serializer, kTuple);
    co_return !failure && keep;
}

asio::awaitable<HttpResponse> HttpServer::Core::answer(const HttpRequest& request) {
    WorkerQueue& queue = lanes.at(static_cast<std::size_t>(app.lane(request)));
    if (queue.waiting >= queue.most) {
        HttpResponse busy = problem(503, "busy", "too many requests wait; come back soon");
        busy.set("retry-after", "1");
        co_return finished(request, std::move(busy));
    }
    const QueuePlace place(queue.waiting);
    const auto work = [this, &request]() -> asio::awaitable<HttpResponse> {
        co_return app.answer(request);
    };
    co_return co_await asio::co_spawn(queue.workers.get_executor(), work, asio::use_awaitable);
}

template <class Stream>
asio::awaitable<void> HttpServer::Core::stream_events(Stream& stream, HttpResponse response) {
    const auto id = hub.open(std::move(*response.watch));
    response.watch.reset();
    if (!id) {
        HttpResponse full = problem(503, "too-many-streams",
                                    "too many watch, or this account too often; close a stream, "
                                    "or come back later");
        full.set("retry-after", "30");
        full = as_nobody(std::move(full));
        co_await write(stream, std::move(full), 11, false);
        co_return;
    }
    watchers = hub.watchers();
    http::response<http::empty_body> head(http::status::ok, 11);
    for (auto& [name, value] : response.headers)
        head.insert(name, value);
    head.keep_alive(false);
    http::response_serializer<http::empty_body> serializer(head);
    lowest(stream).expires_after(ms(limits.write_ms));
    const auto [failure, written] = co_await http::async_write_header(stream, serializer, kTuple);
    if (!failure) co_await pump_events(stream, *id);
    wakes.erase(*id);
    hub.close(*id);
    watchers = hub.watchers();
}

template <class Stream>
asio::awaitable<void> HttpServer::Core::pump_events(Stream& stream, WatcherId id) {
    asio::steady_timer wake(io);
    wakes[id] = &wake;
    const std::int64_t until_ms = app.steady_ms() + limits.stream_ms;
    std::string text = ": welcome\n\n" + hub.take(id);
    while (app.steady_ms() < until_ms) {
        lowest(stream).expires_after(ms(limits.write_ms));
        const auto [failure, written] =
            co_await asio::async_write(stream, asio::buffer(text), kTuple);
        if (failure || hub.is_let_go(id)) co_return;
        text = hub.take(id);
        if (!text.empty()) continue;
        lowest(stream).expires_never();
        wake.expires_after(ms(limits.heartbeat_ms));
        co_await wake.async_wait(kTuple);
        text = hub.take(id);
        if (text.empty()) text = ": still here\n\n";
    }
}

void HttpServer::Core::tell(std::vector<LiveEvent> block) {
    for (const WatcherId id : hub.publish(std::move(block))) {
        const auto wake = wakes.find(id);
        if (wake != wakes.end()) wake->second->cancel();
    }
}

HttpServer::HttpServer(std::unique_ptr<Core> core) : core_(std::move(core)) {
    core_->run();
}

HttpServer::~HttpServer() {
    core_->stop();
}

Result<std::unique_ptr<HttpServer>, std::string> HttpServer::start(const HttpPlace& place,
                                                                   const HttpLimits& limits,
                                                                   HttpApplication application) {
    if (place.key.empty() && !is_loopback_address(place.host))
        return unexpected("http: " + place.host +
                          " is not loopback, and there is no TLS key: name key and certificate");
    try {
        return std::unique_ptr<HttpServer>(
            new HttpServer(std::make_unique<Core>(place, limits, std::move(application))));
    } catch (const std::exception& error) {
        return unexpected("http: " + place.host + ":" + std::to_string(place.port) + ": " +
                          error.what());
    }
}

std::uint16_t HttpServer::port() const {
    return core_->acceptor.local_endpoint().port();
}

void HttpServer::publish(std::vector<LiveEvent> block) {
    asio::post(core_->io,
               [this, block = std::move(block)]() mutable { core_->tell(std::move(block)); });
}

std::size_t HttpServer::connections() const {
    return core_->connections;
}

std::size_t HttpServer::watchers() const {
    return core_->watchers;
}

}  // namespace fairfeed
