// What people in the office write down, in a database of its own, SQLite or PostgreSQL, through
// SOCI: applications and their steps, codes, work orders, and people. Unlike the read model it
// follows from nothing else, so keep copies. Steps are only ever added; the state of an application
// or order is what the tables of gateway/capacity and gateway/alarms make of its steps, so no row
// can hold an illegal one. Each call is one transaction: whole on the disk, or not at all. Names,
// addresses and places stand in tables of their own, which erase() empties for a person; everything
// else knows a pseudonym. One thread; several programs may share the database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/block.h"
#include "gateway/alarms/work_order.h"
#include "gateway/capacity/application.h"
#include "gateway/capacity/capacity_code.h"
#include "gateway/readmodel/read_model.h"

namespace fairfeed {

constexpr std::int64_t kRecordsVersion = 1;

// Personal data.
struct PersonDetails {
    std::string name;     // a line
    std::string contact;  // a line: post, telephone or mail
    bool operator==(const PersonDetails&) const = default;
};

// A code that was given out, beside its record.
struct GivenCode {
    ApplicationId application;
    CodeRecord record;
};

class Records {
  public:
    // All errors are lines for a person.
    template <class T>
    using Answer = Result<T, std::string>;

    // Creates the tables where there are none. Errors: not reachable; of another version or another
    // network.
    [[nodiscard]] static Answer<Records> open(const DatabasePlace& place, const Digest& network);
    Records(Records&&) noexcept;
    Records& operator=(Records&&) noexcept;
    ~Records();

    // Registers a person and returns the pseudonym.
    [[nodiscard]] Answer<PersonId> add_person(const PersonDetails& details);
    // nullopt: unknown, or erased.
    [[nodiscard]] Answer<std::optional<PersonDetails>> person(const PersonId& person) const;
    // Removes the person's details and places. Applications stay, under the pseudonym. Returns
    // whether there was anything.
    [[nodiscard]] Answer<bool> erase(const PersonId& person);

    // Adds the application with its first step and the place where it is; gives it the next name:
    // form.id is ignored. `follows` must be in operation.
    [[nodiscard]] Answer<Application> apply(ApplicationForm form, const std::string& place,
                                            const ApplicationStep& first);
    [[nodiscard]] Answer<Application> application(const ApplicationId& id) const;
    [[nodiscard]] Answer<std::vector<Application>> applications() const;
    // Empty: unknown, or erased.
    [[nodiscard]] Answer<std::string> place_of(const ApplicationId& id) const;
    // Adds the step, and what it says of codes: `issue` gives one out, `revoke` takes it back,
    // `certify` uses it up and supersedes the application that this one follows. Errors: the
    // refusal of after_step; there are other steps than the `known` first ones by now.
    [[nodiscard]] Answer<Application> add_step(const ApplicationId& id, const ApplicationStep& step,
                                               std::optional<std::size_t> known = std::nullopt);
    [[nodiscard]] Answer<std::optional<GivenCode>> code(const Digest& commitment) const;
    // When a block last took the meter's capacity away; nullopt: none that was followed.
    [[nodiscard]] Answer<std::optional<std::int64_t>> deauthorised_s(const MeterId& meter) const;

    // What a decided block says of applications and orders: a METER with a permit replaces the
    // meter of orders that somebody visited; CAPACITY with the commitment of a code uses it up,
    // whatever became of it, and certifies; DEAUTHORISE of the meter of one in operation
    // deauthorises. Blocks up to the highest one that
    // was followed change nothing. Returns the applications that changed.
    [[nodiscard]] Answer<std::vector<Application>> follow(const Block& block, std::int64_t at_s);

    // The alarms of one block: opens the orders that they need (needs_order). Blocks up to
    // alarms_height() were looked at; the same block again adds nothing.
    [[nodiscard]] Answer<std::vector<WorkOrder>> add_alarms(Height height,
                                                            const std::vector<OfficeAlarm>& alarms,
                                                            std::int64_t at_s);
    [[nodiscard]] Answer<std::optional<Height>> alarms_height() const;
    // What blocks up to this one gave grounds for is drafted; nullopt: nothing yet.
    [[nodiscard]] Answer<std::optional<Height>> drafted_height() const;
    [[nodiscard]] Answer<void> put_drafted_height(Height height);
    [[nodiscard]] Answer<WorkOrder> work_order(const WorkOrderId& id) const;
    [[nodiscard]] Answer<std::vector<WorkOrder>> work_orders() const;
    [[nodiscard]] Answer<WorkOrder> add_step(const WorkOrderId& id, const WorkOrderStep& step,
                                             std::optional<std::size_t> known = std::nullopt);

  private:
    struct Session;
    [[nodiscard]] Answer<std::optional<Height>> noted_height(const std::string& name) const;
    explicit Records(std::unique_ptr<Session> session);
    std::unique_ptr<Session> session_;
};

}  // namespace fairfeed
