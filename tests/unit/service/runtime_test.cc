// A node lives several times over one ledger of real files: it writes a snapshot, starts from it,
// and starts without it when it is spoilt; it shows its figures while it runs.
#include "edge-node/service/runtime.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/certificate_authority.h"
#include "core/crypto/key_file.h"
#include "core/io/loopback_page.h"
#include "core/io/status_file.h"
#include "core/ledger/snapshot_schedule.h"
#include "tests/support/free_port.h"
#include "tests/support/http_talk.h"
#include "tests/support/wait.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed::test {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kMeters = 250;
constexpr Window kWindows = 9;  // more transactions than a snapshot waits for

class NodeLives : public ::testing::Test {
  protected:
    NodeLives() {
        const NodeId self = TestNetwork::node(1);
        const auto in = [this](const char* name) { return stored_.directory() / name; };
        const auto authority = CertificateAuthority::create("test", 30);
        const TlsIdentity identity = authority.issue_client(self.str(), 30);
        CHECK(save_secret(in("signing"), signing_key(self.str()).to_pem()).has_value());
        CHECK(save_secret(in("agreement"), agreement_key(self.str()).to_pem()).has_value());
        CHECK(save_secret(in("tls"), identity.key_pem).has_value());
        std::ofstream(in("certificate")) << identity.certificate_pem;
        std::ofstream(in("ca")) << authority.certificate_pem();
        config_.node = self;
        config_.data = stored_.file().parent_path();
        config_.signing_key = in("signing");
        config_.agreement_key = in("agreement");
        config_.tls_key = in("tls");
        config_.tls_certificate = in("certificate");
        config_.ca_certificate = in("ca");
        config_.broker = {self, "127.0.0.1", 1};
        config_.status_file = in("status.json");
        config_.clock = ClockTrust::operator_vouches;
    }
    static TestNetworkOptions one_node() {
        TestNetworkOptions options;
        options.nodes = 1;
        options.meters_per_cluster = kMeters;
        return options;
    }
    // The status when `is_done` holds of its figure of snapshots; then the node is stopped.
    Json live_until(const std::function<bool(const Json&)>& is_done) {
        std::filesystem::remove(config_.status_file);
        // The node waits for the signal in a thread of its choice.
        sigset_t stop;
        sigemptyset(&stop);
        sigaddset(&stop, SIGTERM);
        CHECK(pthread_sigmask(SIG_BLOCK, &stop, nullptr) == 0);
        Result<int, NodeFault> ended = -1;
        std::thread life([&] { ended = run_node(config_, stored_.genesis()); });
        Json snapshot;
        EXPECT_TRUE(wait_for([&] {
            const auto found = read_status(config_.status_file, 0);
            if (found) snapshot = found->facts.at("storage").at("snapshot");
            return found && is_done(snapshot);
        }));
        ::kill(::getpid(), SIGTERM);
        life.join();
        EXPECT_TRUE(ended) << ended.error().reason;
        return snapshot;
    }
    static std::int64_t figure(const Json& snapshot, std::string_view name) {
        const std::int64_t* value = snapshot.at(name).as_int();
        return value == nullptr ? -1 : *value;
    }

    StoredChain stored_{one_node()};
    NodeConfig config_;
};

TEST_F(NodeLives, from_the_snapshot_of_the_life_before_and_without_one_that_is_spoilt) {
    const ClusterId cluster = TestNetwork::cluster(1);
    for (Window window = 0; window < kWindows; ++window)
        stored_.chain().run_window({cluster}, window);
    stored_.store();
    const Json first = live_until([](const Json& now) { return figure(now, "written") == 1; });
    EXPECT_EQ(figure(first, "started_from"), 0);
    EXPECT_EQ(figure(first, "height"), 0) << "no block has proven it yet";
    EXPECT_TRUE(std::filesystem::exists(config_.snapshots().next()));

    stored_.chain().run_window({cluster}, kWindows);
    stored_.store();
    const Json second = live_until([](const Json& now) { return now.as_object() != nullptr; });
    EXPECT_EQ(figure(second, "started_from"), kWindows);
    EXPECT_EQ(figure(second, "height"), kWindows);
    EXPECT_EQ(figure(second, "replayed_transactions"), kMeters + 1);
    EXPECT_TRUE(std::filesystem::exists(config_.snapshots().proven()));
    EXPECT_FALSE(std::filesystem::exists(config_.snapshots().next()));

    std::filesystem::resize_file(config_.snapshots().proven(), 1000);
    const Json third = live_until([](const Json& now) { return now.as_object() != nullptr; });
    EXPECT_EQ(figure(third, "started_from"), 0);
    ASSERT_NE(third.at("refused").at(0).as_text(), nullptr);
    EXPECT_THAT(*third.at("refused").at(0).as_text(), HasSubstr("snapshot: it is damaged"));
}

TEST_F(NodeLives, with_its_figures_on_loopback_and_all_the_same_where_the_port_is_taken) {
    stored_.store();
    config_.metrics_port = testing_support::free_port();
    const auto figures = [this] {
        testing_support::HttpTalk talk(*config_.metrics_port);
        return talk.say("GET /metrics HTTP/1.1\r\n\r\n") ? talk.read_all() : std::string();
    };
    (void)live_until([&](const Json&) {
        return figures().find("\nfairfeed_node_running 1\n") != std::string::npos;
    });
    EXPECT_EQ(figures(), "") << "nobody listens when the node has ended";

    const auto other = LoopbackPage::open({*config_.metrics_port, "/", "text/plain"},
                                          [] { return std::string("another's"); });
    ASSERT_TRUE(other) << other.error().message;
    (void)live_until([](const Json& now) { return now.as_object() != nullptr; });
    const auto found = read_status(config_.status_file, 0);
    ASSERT_TRUE(found);
    EXPECT_THAT(found->facts.at("alarms").dump(),
                HasSubstr("no metrics are served: 127.0.0.1:" +
                          std::to_string(*config_.metrics_port) + ": Address already in use"));
}

}  // namespace
}  // namespace fairfeed::test
