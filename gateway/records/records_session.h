// One connection to the office's records, and the rows of each kind of record on it. Throws what
// SOCI throws; records.cc turns that into sentences. Private to this room.
#pragma once

#include <soci/soci.h>

#include "gateway/records/records.h"

namespace fairfeed {

// A transaction that waits at its beginning while another program writes. SQLite's own begin waits
// at the first write, and fails there if somebody has written since the first read.
class RecordsTransaction {
  public:
    explicit RecordsTransaction(soci::session& sql);
    RecordsTransaction(const RecordsTransaction&) = delete;
    RecordsTransaction& operator=(const RecordsTransaction&) = delete;
    ~RecordsTransaction();  // takes everything back if it was not committed
    void commit();

  private:
    soci::session& sql_;
    bool is_open_ = true;
};

struct Records::Session {
    soci::session sql;
    Digest network;

    void open(const DatabasePlace& place);
    void create();
    [[nodiscard]] std::optional<std::string> note(const std::string& name);
    void put_note(const std::string& name, const std::string& value);
    // The next number of this kind of name, from 1.
    [[nodiscard]] std::int64_t next_number(const std::string& kind);

    void put(const ApplicationForm& form);
    void put(const ApplicationId& id, std::size_t position, const ApplicationStep& step);
    void put(const WorkOrder& order);
    void put(const WorkOrderId& id, std::size_t position, const WorkOrderStep& step);
    // What the steps of the rows lead to. nullopt: no such name. Throws std::runtime_error if the
    // rows are not what this program writes.
    [[nodiscard]] std::optional<Application> application(const ApplicationId& id);
    [[nodiscard]] std::optional<WorkOrder> work_order(const WorkOrderId& id);
    [[nodiscard]] std::vector<std::string> names(const std::string& column,
                                                 const std::string& table);
    [[nodiscard]] std::vector<WorkOrder> work_orders();
    // Overwrites what was deleted in the database's files; outside a transaction.
    void forget_erased();
    // The step that the chain's decision is for some application; nullopt: for none.
    struct ChainStep {
        ApplicationId application;
        ApplicationStep step;
    };
    [[nodiscard]] std::optional<ChainStep> step_by(const CapacityCertificate& notice);
    [[nodiscard]] std::optional<ChainStep> step_by(const Deauthorisation& notice);
    // A permit put another meter in the old one's place: whose orders somebody visited are
    // replaced, by this notice. at_s: of the block.
    void replace_meter(const MeterRegistration& successor, Height height, std::int64_t at_s);
    // The meter at whose installation an inspector was, before it was replaced.
    [[nodiscard]] MeterId inspected(MeterId meter);
    // A block names the code: it served its once. The first block counts.
    void use_up(const Digest& commitment, std::int64_t at_s);
    // The name of the note with the time of a meter's last deauthorisation.
    [[nodiscard]] static std::string deauthorised_note(const MeterId& meter);
    // Adds it, and what follows from it. nullopt: it is illegal there.
    [[nodiscard]] std::optional<Application> take(const ChainStep& decided);
    // What a step does beside the application's own rows.
    void follow_up(const Application& before, const ApplicationStep& step);
};

}  // namespace fairfeed
