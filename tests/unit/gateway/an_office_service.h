// An office at work on files in a directory, and node 1, from which it hears of a chain. Tests
// only.
#pragma once

#include <sqlite3.h>

#include "gateway/service/office_service.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/follower/followed_chain.h"

namespace fairfeed::test {

class AnOfficeService : public FollowedChain {
  protected:
    AnOfficeService() {
        config_.ledger = directory_ / "office/ledger.db";
        config_.database.sqlite = directory_ / "office/office.db";
        config_.drafts = directory_ / "drafts";
        config_.records.sqlite = directory_ / "office/records.db";
        for (const NodeId& node : network_.nodes())
            config_.nodes.push_back(NodeBroker{{"127.0.0.1", 1}, node});
    }
    [[nodiscard]] Result<std::unique_ptr<OfficeService>, OfficeFault> opened(
        TablesAtStart tables = TablesAtStart::as_they_are) {
        const NodeId dgmd = network_.dgmd();
        return OfficeService::open(
            config_, {network_.genesis(), network_.key(dgmd), agreement_key(dgmd.str())}, tables,
            [this](Height done, Height) { progress_.push_back(done); }, 1'700'000'000'000);
    }
    void open(TablesAtStart tables = TablesAtStart::as_they_are) {
        service_.reset();
        progress_.clear();
        auto service = opened(tables);
        ASSERT_TRUE(service) << service.error().reason;
        service_ = std::move(*service);
    }
    std::vector<AskNode> tell(const FollowerEvent& event) {
        auto requests = service_->step(event, now_);
        EXPECT_TRUE(requests) << requests.error().reason;
        return requests ? std::move(*requests) : std::vector<AskNode>();
    }
    // Node 1 says its height, and answers what it is asked.
    void follow() {
        auto requests = tell(status(1, top()));
        now_.steady_ms += kLongMs;
        if (requests.empty()) requests = tell(MomentPassed{});
        while (!requests.empty()) {
            const auto request = decode_request(requests.front().request, network_.network());
            ASSERT_TRUE(request);
            requests = tell(honest_answer(1, std::get<BlocksRequest>(request->content)));
        }
    }
    [[nodiscard]] std::vector<OfficeRow> rows() const {
        std::vector<OfficeRow> all;
        for (const OfficeLayout& layout : office_layouts())
            EXPECT_TRUE(service_->copy().read_model().visit(
                layout.table, 0, [&](const OfficeRow& row) { all.push_back(row); }));
        return all;
    }
    // A hand in the database beside the service.
    void change_tables(const char* sql) const { change(config_.database.sqlite, sql); }
    static void change(const std::filesystem::path& file, const char* sql) {
        sqlite3* database = nullptr;
        ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(database);
    }

    testing_support::TempDirectory directory_;
    GatewayConfig config_;
    std::unique_ptr<OfficeService> service_;
    std::vector<Height> progress_;
};

}  // namespace fairfeed::test
