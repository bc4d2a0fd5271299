#include "tests/support/broker.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "core/base/check.h"
#include "tests/support/free_port.h"

namespace fairfeed::testing_support {
namespace {

constexpr int kStartTries = 3;   // another process may take the port before it is used
constexpr int kWaitMs = 10'000;  // for the broker to listen
constexpr int kPollEveryMs = 5;

void write(const std::filesystem::path& file, std::string_view text) {
    std::ofstream out(file);
    out << text;
    out.close();
    CHECK(out.good());
    std::filesystem::permissions(file, std::filesystem::perms(0600));
}

std::string invoking_user() {
    const passwd* entry = ::getpwuid(::geteuid());
    CHECK(entry != nullptr);
    return entry->pw_name;
}

const char* mosquitto_program() {
    for (const char* path : {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"})
        if (::access(path, X_OK) == 0) return path;
    return "mosquitto";
}

// The child dies with the thread that started it, so a crashed test leaves no broker behind.
pid_t spawn(const std::string& config, const std::string& log) {
    const pid_t process = ::fork();
    CHECK(process >= 0);
    if (process > 0) return process;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execlp(mosquitto_program(), "mosquitto", "-c", config.c_str(), nullptr);
    ::_exit(127);
}

}  // namespace

Broker::Broker(std::string_view acl, const std::string& host, std::string listen)
    : authority_(CertificateAuthority::create("Fairfeed test CA", kDays)),
      host_(host),
      listen_(std::move(listen)),
      port_(free_port()) {
    for (int attempt = 0; attempt < kStartTries; ++attempt) {
        write_configuration(acl);
        revive();
        if (process_ > 0) return;
        port_ = free_port();
    }
    CHECK(process_ > 0);
}

Broker::~Broker() {
    die();
}

ClientFiles Broker::issue(const std::string& name, const Validity& validity) const {
    const TlsIdentity identity = authority_.issue_client(name, validity);
    const ClientFiles files{directory_ / (name + ".pem"), directory_ / (name + ".key")};
    write(files.certificate, identity.certificate_pem);
    write(files.key, identity.key_pem);
    return files;
}

void Broker::write_certificate(const Validity& validity) {
    const TlsIdentity identity = authority_.issue_broker("broker", {host_}, validity);
    write(directory_ / "broker.pem", identity.certificate_pem);
    write(directory_ / "broker.key", identity.key_pem);
}

void Broker::renew(const Validity& validity) {
    die();
    write_certificate(validity);
    revive();
}

void Broker::write_configuration(std::string_view acl) {
    write_certificate(valid_for(kDays));
    write(ca_file(), authority_.certificate_pem());
    write(directory_ / "acl", acl);
    const std::string in = directory_.path().string() + "/";
    write(directory_ / "mosquitto.conf",
          "per_listener_settings false\nuser " + invoking_user() + "\nlistener " +
              std::to_string(port_) + " " + listen_ + "\ncafile " + in + "ca.pem\ncertfile " + in +
              "broker.pem\nkeyfile " + in + "broker.key\nrequire_certificate true\n" +
              "use_identity_as_username true\nallow_anonymous false\ntls_version tlsv1.2\n" +
              "acl_file " + in +
              "acl\npersistence false\nmax_queued_messages 100000\nmax_queued_bytes 16777216\n"
              "memory_limit 268435456\n" +
              "set_tcp_nodelay true\n");
}

void Broker::revive() {
    CHECK(process_ < 0);
    process_ = spawn(directory_ / "mosquitto.conf", directory_ / "mosquitto.log");
    for (int waited = 0; waited < kWaitMs; waited += kPollEveryMs) {
        if (has_exited()) return;
        if (accepts_connections()) return;
        ::poll(nullptr, 0, kPollEveryMs);
    }
    CHECK(false && "Mosquitto does not listen");
}

bool Broker::has_exited() {
    if (::waitpid(process_, nullptr, WNOHANG) != process_) return false;
    process_ = -1;
    return true;
}

bool Broker::accepts_connections() const {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* place = nullptr;
    const std::string port = std::to_string(port_);
    CHECK(::getaddrinfo(listen_.c_str(), port.c_str(), &hints, &place) == 0);
    const int probe = ::socket(place->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int code = ::connect(probe, place->ai_addr, place->ai_addrlen);
    ::freeaddrinfo(place);
    ::close(probe);
    return code == 0;
}

void Broker::die() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

}  // namespace fairfeed::testing_support
