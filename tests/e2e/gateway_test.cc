// The utility's gateway beside a running network: it follows the chain, stops, comes back, and
// everything that it keeps follows from its ledger, which is that of the nodes.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "core/io/file.h"
#include "core/io/json.h"
#include "core/ledger/ledger.h"
#include "core/wire/chain_codec.h"
#include "tests/e2e/demo.h"
#include "tests/e2e/running_lab.h"
#include "tests/support/small_postgresql.h"
#include "tests/support/wait.h"

namespace fairfeed::e2e {
namespace {

using testing_support::SmallPostgresql;

struct Ended {
    int status = 0;
    std::string text;
};

Ended gateway(const std::vector<std::string>& words) {
    std::vector<std::string> command{program("gateway")};
    command.insert(command.end(), words.begin(), words.end());
    RunningProgram run(command);
    const int status = run.wait();
    return {status, run.output()};
}

Json json_in(const std::filesystem::path& file) {
    const auto text = read_text_file(file);
    auto json = text ? Json::parse(*text) : Json::parse("{}");
    return json ? std::move(*json) : Json();
}

std::int64_t whole(const Json& number) {
    return number.as_int() == nullptr ? -1 : *number.as_int();
}

class Gateway : public ::testing::Test {
  protected:
    Gateway() : meters_({program("meter-sim"), "run", "--config", lab_.meters().string()}) {}

    void start() {
        service_ = std::make_unique<RunningProgram>(std::vector<std::string>{
            program("gateway"), "serve", "--config", lab_.gateway().string()});
    }
    void stop() {
        service_->signal(SIGTERM);
        EXPECT_EQ(service_->wait(), 0) << service_->output();
    }
    [[nodiscard]] Json status() const { return json_in(lab_.in("lab/run/gateway.json")); }
    [[nodiscard]] std::int64_t height() const { return whole(status().at("height")); }
    [[nodiscard]] std::int64_t node_height() const {
        return whole(json_in(lab_.status_of("n1")).at("height"));
    }
    // The gateway has as many blocks, and says that it lacks none.
    [[nodiscard]] bool follows_up_to(std::int64_t blocks) const {
        return test::wait_for([&] {
            const Json now = status();
            return whole(now.at("height")) >= blocks && whole(now.at("behind")) == 0;
        });
    }
    [[nodiscard]] std::string exported(const std::string& what,
                                       const std::filesystem::path& config) const {
        const Ended told = gateway({"export", what, "--config", config.string()});
        EXPECT_EQ(told.status, 0) << told.text;
        return told.text;
    }
    [[nodiscard]] std::map<std::string, std::string> exports(
        const std::filesystem::path& config) const {
        std::map<std::string, std::string> all;
        for (const char* what : {"bills", "readings", "settlements"})
            all[what] = exported(what, config);
        return all;
    }
    // Every block of the gateway is the node's, to the byte.
    void expect_ledger_of(const std::string& node) const {
        const Digest network = *Ledger::network_of(lab_.in("lab/dgmd/ledger.db"));
        const auto ours = Ledger::open_read_only(lab_.in("lab/dgmd/ledger.db"), network);
        const auto theirs = Ledger::open_read_only(lab_.ledger_of(node), network);
        ASSERT_TRUE(ours && theirs);
        for (Height each = 0; each <= ours->height(); ++each) {
            const auto own = ours->block(each);
            const auto other = theirs->block(each);
            ASSERT_TRUE(own && *own && other && *other) << each;
            EXPECT_EQ((*own)->block, (*other)->block) << each;
        }
    }

    RunningLab lab_;
    RunningProgram meters_;
    std::unique_ptr<RunningProgram> service_;
};

TEST_F(Gateway, follows_stops_comes_back_and_is_made_again_from_its_ledger) {
    start();
    ASSERT_TRUE(follows_up_to(3)) << service_->output();
    EXPECT_EQ(status().at("settlement_faults").at("count"), Json(0));
    EXPECT_EQ(status().at("alarms"), Json::array()) << status().dump(2);
    const Ended asked = gateway({"status", "--config", lab_.gateway().string()});
    EXPECT_EQ(asked.status, 0) << asked.text;
    EXPECT_NE(asked.text.find("node n5 agrees"), std::string::npos) << asked.text;
    const Ended twice = gateway({"rebuild", "--config", lab_.gateway().string()});
    EXPECT_EQ(twice.status, 2) << "the service runs";
    stop();
    EXPECT_EQ(gateway({"status", "--config", lab_.gateway().string()}).status, 1);

    const std::int64_t left_at = node_height();
    ASSERT_TRUE(test::wait_for([&] { return node_height() >= left_at + 3; }))
        << "nobody's settlement waits for the gateway";
    start();
    ASSERT_TRUE(follows_up_to(left_at + 3)) << service_->output();
    EXPECT_NE(exported("settlements", lab_.gateway()).find("\nash,0,"), std::string::npos)
        << "also while the service runs";
    stop();
    expect_ledger_of("n2");

    const auto before = exports(lab_.gateway());
    EXPECT_NE(before.at("bills").find("m-101,0,"), std::string::npos) << before.at("bills");
    EXPECT_NE(before.at("readings").find("m-101,0,"), std::string::npos);
    const Ended rebuilt = gateway({"rebuild", "--config", lab_.gateway().string()});
    EXPECT_EQ(rebuilt.status, 0) << rebuilt.text;
    EXPECT_EQ(exports(lab_.gateway()), before);
}

// An identity has one connection to a broker, and the service has it.
TEST_F(Gateway, brings_what_officers_approved_to_the_nodes) {
    start();
    ASSERT_TRUE(follows_up_to(1)) << service_->output();
    const std::string config = lab_.gateway().string();
    const std::string draft = lab_.in("one.draft").string();
    const std::string genesis = lab_.in("lab/genesis.cbor").string();
    const Ended drafted = gateway({"draft", "capacity", "meter=m-101", "capacity_w=4000",
                                   "effective=next+9", "--config", config, "--out", draft});
    ASSERT_EQ(drafted.status, 0) << drafted.text;
    EXPECT_EQ(drafted.text.find("warning"), std::string::npos) << "the ledger has the number";
    for (const char* officer : {"officer-1", "officer-3"}) {
        const auto key = lab_.in(std::string("lab/officers/") + officer + ".key").string();
        ASSERT_EQ(gateway({"sign", draft, "--genesis", genesis, "--key", key}).status, 0);
    }
    const Ended submitted = gateway({"submit", draft, "--config", config, "--wait", "60"});
    EXPECT_EQ(submitted.status, 0) << submitted.text;
    EXPECT_NE(submitted.text.find("of the gateway's own ledger"), std::string::npos)
        << submitted.text;
    stop();
}

TEST_F(Gateway, has_the_same_tables_in_postgresql) {
    const SmallPostgresql server;
    if (!server.is_there()) GTEST_SKIP() << server.why_not();
    start();
    ASSERT_TRUE(follows_up_to(3)) << service_->output();
    stop();
    auto text = read_text_file(lab_.gateway());
    ASSERT_TRUE(text);
    const std::string file = "database: office.db";
    text->replace(text->find(file), file.size(), "database: " + server.address());
    const auto config = lab_.in("lab/dgmd/postgresql.yaml");
    std::ofstream(config) << *text;
    const Ended made = gateway({"rebuild", "--config", config.string()});
    ASSERT_EQ(made.status, 0) << made.text;
    EXPECT_EQ(exports(config), exports(lab_.gateway()));
    RunningProgram serving({program("gateway"), "serve", "--config", config.string()});
    ASSERT_TRUE(serving.says("connected")) << serving.output();
    ASSERT_TRUE(serving.says("blocks followed")) << serving.output();
    serving.signal(SIGTERM);
    EXPECT_EQ(serving.wait(), 0) << serving.output();
}

}  // namespace
}  // namespace fairfeed::e2e
