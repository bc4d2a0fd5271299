#include "meter-sim/fleet_plan.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <span>

#include "core/base/check.h"
#include "core/base/in_parallel.h"
#include "core/base/units.h"
#include "core/crypto/digest.h"
#include "core/crypto/key_file.h"
#include "core/crypto/tls_files.h"
#include "core/io/file.h"
#include "core/recordings/recorded_homes.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/office_codec.h"
#include "core/wire/topics.h"
#include "core/wire/transaction_codec.h"
#include "meter-sim/meter_key.h"
#include "meter-sim/sources.h"

namespace fairfeed {

namespace {

using Errors = std::vector<std::string>;

constexpr int kKeepAliveS = 30;  // GSM is paid by the byte; a meter that sends needs no pings

constexpr const char* kCopyGenesis = "; copy genesis.cbor of the network's provisioning here";

// Keeps the order. One authority serves all meters, so its faults are reported once.
Errors each_once(Errors lines) {
    std::set<std::string> said;
    std::erase_if(lines, [&said](const std::string& line) { return !said.insert(line).second; });
    return lines;
}

std::optional<LoadedGenesis> load_genesis(const SimConfig& config, Errors& errors) {
    const auto bytes = read_file(config.genesis);
    if (!bytes) {
        errors.push_back(bytes.error().message + kCopyGenesis);
        return std::nullopt;
    }
    auto genesis = decode_genesis(*bytes, all_cores());
    if (!genesis) {
        errors.push_back(config.genesis.string() + ": not a sound genesis file: " +
                         std::string(to_string(genesis.error())) + kCopyGenesis);
        return std::nullopt;
    }
    return std::move(*genesis);
}

// DGMD's notices after block 0, in the order of the chain: who approves them, and who may draft.
class NoticeCheck {
  public:
    explicit NoticeCheck(const LoadedGenesis& genesis)
        : genesis_(genesis), office_(genesis.content.office), dgmd_(genesis.content.dgmd_key) {}

    // Whether the utility's officers approved the notice, or the policy that it names. After
    // OFFICERS others approve; after DGMD_KEYS another key drafts.
    [[nodiscard]] bool takes(const Transaction& notice) {
        if (!is_dgmd_kind(notice.kind) || !is_approved(notice)) return false;
        if (const auto* change = std::get_if<OfficeChange>(&notice.content))
            office_ = change->office;
        if (const auto* change = std::get_if<DgmdKeyChange>(&notice.content))
            dgmd_ = change->keys.signing;
        if (const auto* policy = std::get_if<WatchPolicy>(&notice.content)) policy_ = *policy;
        return true;
    }

  private:
    [[nodiscard]] bool is_approved(const Transaction& notice) const {
        PublicKey drafter = dgmd_;
        if (notice.signer != genesis_.content.dgmd) {
            const Signatory* officer = find_officer(office_, notice.signer);
            if (officer == nullptr) return false;
            drafter = officer->key;
        }
        const auto key = VerifyKey::from_point(drafter);
        if (!key || !verify_transaction(notice, genesis_.network, *key)) return false;
        if (is_by_policy(notice)) {
            const auto& named = std::get<Deauthorisation>(notice.content).policy;
            return notice.signer == genesis_.content.dgmd && policy_ &&
                   policy_->sequence == *named && policy_->most_per_week > 0;
        }
        return check_approvals(office_, notice.id, notice.endorsements, genesis_.network)
            .has_value();
    }

    const LoadedGenesis& genesis_;
    Office office_;
    PublicKey dgmd_;
    std::optional<WatchPolicy> policy_;
};

// Block 0, then DGMD's later notices: each file is a bundle of transactions.
std::vector<Transaction> load_registry(const SimConfig& config, const LoadedGenesis& genesis,
                                       Errors& errors) {
    std::vector<Transaction> registry = genesis.block.block.transactions;
    NoticeCheck check(genesis);
    for (const std::filesystem::path& file : config.notices) {
        const auto bytes = read_file(file);
        if (!bytes) {
            errors.push_back(bytes.error().message);
            continue;
        }
        const auto bundle = decode_bundle(*bytes, genesis.network);
        const bool is_sound =
            bundle && std::all_of(bundle->transactions.begin(), bundle->transactions.end(),
                                  [&](const Transaction& each) { return check.takes(each); });
        if (!is_sound) {
            errors.push_back(file.string() +
                             ": not a TRANSACTIONS message that this network's officers approved "
                             "(docs/operations.md)");
            continue;
        }
        registry.insert(registry.end(), bundle->transactions.begin(), bundle->transactions.end());
    }
    return registry;
}

std::optional<RecordedHomes> load_homes(const SimConfig& config, Errors& errors) {
    if (config.homes.empty()) return std::nullopt;
    const auto text = read_text_file(config.homes);
    if (!text) {
        errors.push_back(text.error().message);
        return std::nullopt;
    }
    const Digest digest = sha256(as_bytes(*text));
    if (config.homes_digest && digest != *config.homes_digest) {
        errors.push_back(config.homes.string() +
                         ": not the recording that this network was made with (its SHA-256 begins "
                         "with " +
                         short_hex(digest) + ", not with " + short_hex(*config.homes_digest) +
                         "): put that one back, or provision a network with this one");
        return std::nullopt;
    }
    auto homes = parse_recorded_homes(config.homes.string(), *text);
    if (!homes) {
        errors.insert(errors.end(), homes.error().begin(), homes.error().end());
        return std::nullopt;
    }
    return std::move(*homes);
}

// Window 0 is the first row; after the last row the recording repeats.
void check_span(const SimConfig& config, const RecordedHomes& homes, FleetPlan& plan,
                Errors& errors) {
    const NetworkParameters& parameters = plan.parameters;
    if (homes.start_s != parameters.grid_epoch_s)
        errors.push_back(config.homes.string() + ": its first row begins at " +
                         std::to_string(homes.start_s) + " s, and window 0 of this network at " +
                         std::to_string(parameters.grid_epoch_s) +
                         " s: it is another recording than the network was made with");
    const std::int64_t recorded_s = homes.quarters * kSecondsPerQuarter;
    if (parameters.window_limit > 0 &&
        parameters.window_limit * parameters.window_seconds <= recorded_s)
        return;
    plan.notice = config.homes.string() + " has " + hours_text(homes.quarters) +
                  " and the run is longer: it starts again after them";
}

// One file for each key epoch, from the first on.
bool load_data_keys(const SimMeter& meter, MeterSetup& setup, Errors& errors) {
    KeyEpoch epoch = 0;
    bool is_sound = true;
    for (const std::filesystem::path& file : meter.data_keys) {
        const auto key = load_symmetric_key(file);
        if (key) {
            setup.data_keys[++epoch] = *key;
        } else {
            errors.push_back(key.error());
            is_sound = false;
        }
    }
    for (const DatedKeyEpoch& dated : setup.enrolment.key_epochs) {
        if (!is_sound || setup.data_keys.contains(dated.epoch)) continue;
        errors.push_back("meter '" + meter.id.str() + "': DGMD granted key epoch " +
                         std::to_string(dated.epoch) + "; name its file in 'next_data_keys'");
        is_sound = false;
    }
    return is_sound;
}

// Keys that do not load are errors. The meter's public key must be the one in genesis.
bool load_keys(const SimMeter& meter, MeterSetup& setup, Errors& errors) {
    const auto signing_key = load_meter_key(meter.signing_key);
    if (signing_key && !*signing_key) return true;
    if (!signing_key) errors.push_back(signing_key.error());
    const bool has_data_keys = load_data_keys(meter, setup, errors);
    if (!signing_key || !has_data_keys) return false;
    if ((*signing_key)->public_key() != setup.enrolment.signing_key) {
        errors.push_back(meter.signing_key.string() +
                         ": not the key genesis registers for meter '" + meter.id.str() + "'");
        return false;
    }
    setup.signer = std::make_shared<const SigningKey>(**signing_key);
    return true;
}

class Planner {
  public:
    Planner(const SimConfig& config, const LoadedGenesis& genesis, const EnrolmentBook& registry,
            const std::optional<RecordedHomes>& homes, Errors& errors)
        : config_(config), genesis_(genesis), registry_(registry), homes_(homes), errors_(errors) {}

    std::optional<PlannedMeter> plan(const SimMeter& meter) {
        auto enrolment = registry_.find(meter.id);
        if (!enrolment) {
            errors_.push_back(enrolment.error());
            return std::nullopt;
        }
        PlannedMeter planned;
        planned.setup.network = genesis_.network;
        planned.setup.parameters = genesis_.content.parameters;
        planned.setup.enrolment = std::move(*enrolment);
        planned.setup.random = system_random();
        planned.setup.publish_spread_ms =
            config_.publish_spread_ms.value_or(default_spread_ms(planned.setup.parameters));
        planned.signing_key = meter.signing_key;
        planned.tls_key = meter.tls_key;
        planned.tls_certificate = meter.tls_certificate;
        const TlsFilesReport tls = tls_.check(
            {meter.tls_key, meter.tls_certificate, config_.ca_certificate}, meter.id.str(), 0);
        errors_.insert(errors_.end(), tls.mistakes.begin(), tls.mistakes.end());
        add_brokers(planned);
        add_source(meter, planned.setup);
        if (!load_keys(meter, planned.setup, errors_)) return std::nullopt;
        return planned;
    }

  private:
    void add_brokers(PlannedMeter& planned) {
        for (const WitnessNode& member : planned.setup.enrolment.everybody()) {
            const auto found =
                std::find_if(config_.brokers.begin(), config_.brokers.end(),
                             [&](const auto& broker) { return broker.node == member.node; });
            if (found != config_.brokers.end()) {
                planned.brokers.push_back(*found);
            } else {
                errors_.push_back("meter '" + planned.setup.enrolment.meter.str() +
                                  "': 'brokers' lacks committee node '" + member.node.str() + "'");
            }
        }
    }

    void add_source(const SimMeter& meter, MeterSetup& setup) {
        if (config_.homes.empty()) {
            setup.source = model_source(meter.id, {config_.seed, config_.latitude_deg * 1000,
                                                   meter.pv_w.value_or(setup.enrolment.capacity_w),
                                                   genesis_.content.parameters.grid_epoch_s});
        } else if (homes_) {
            if (const RecordedHome* home = homes_->find(meter.home)) {
                setup.source = recorded_source(std::make_shared<const RecordedHome>(*home));
            } else {
                errors_.push_back("meter '" + meter.id.str() + "': " + config_.homes.string() +
                                  " has no home '" + meter.home + "'");
            }
        }
    }

    const SimConfig& config_;
    const LoadedGenesis& genesis_;
    const EnrolmentBook& registry_;
    const std::optional<RecordedHomes>& homes_;
    Errors& errors_;
    TlsFilesChecker tls_;
};

}  // namespace

MqttConfig line_config(const PlannedMeter& planned, const BrokerPlace& broker,
                       const std::filesystem::path& ca_certificate) {
    const MeterId& id = planned.setup.enrolment.meter;
    MqttConfig config;
    config.host = broker.host;
    config.port = broker.port;
    config.client_id = id.str();
    config.ca_file = ca_certificate;
    config.certificate_file = planned.tls_certificate;
    config.key_file = planned.tls_key;
    config.keep_alive_s = kKeepAliveS;
    for (const std::string& filter : own_filters(planned.setup.parameters.name, broker.node, id))
        config.subscriptions.push_back({filter, RetainHandling::send});
    return config;
}

LineCarrierCommand line_carrier() {
    return {"/proc/self/exe", "carry"};
}

std::size_t connections_of(const FleetPlan& plan) {
    std::size_t count = 0;
    for (const PlannedMeter& meter : plan.meters)
        count += meter.brokers.size();
    return count;
}

Result<FleetPlan, std::vector<std::string>> plan_fleet(const SimConfig& config) {
    Errors errors;
    const auto genesis = load_genesis(config, errors);
    const auto homes = load_homes(config, errors);
    if (!genesis) return unexpected(std::move(errors));
    FleetPlan plan{genesis->network, genesis->content.parameters, {}, ""};
    if (homes) check_span(config, *homes, plan, errors);
    const auto registry = load_registry(config, *genesis, errors);
    const EnrolmentBook book(registry);
    Planner planner(config, *genesis, book, homes, errors);
    for (const SimMeter& meter : config.meters)
        if (auto planned = planner.plan(meter)) plan.meters.push_back(std::move(*planned));
    if (!errors.empty()) return unexpected(each_once(std::move(errors)));
    return plan;
}

CertificateTimes certificate_times(const SimConfig& config, std::int64_t now_s) {
    CertificateTimes out;
    TlsFilesChecker checker;
    for (const SimMeter& meter : config.meters) {
        const TlsFilesReport tls = checker.check(
            {meter.tls_key, meter.tls_certificate, config.ca_certificate}, meter.id.str(), now_s);
        out.of_time.insert(out.of_time.end(), tls.of_time.begin(), tls.of_time.end());
        out.soon.insert(out.soon.end(), tls.soon.begin(), tls.soon.end());
    }
    return {each_once(std::move(out.of_time)), each_once(std::move(out.soon))};
}

}  // namespace fairfeed
