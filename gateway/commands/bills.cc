#include "gateway/commands/bills.h"

#include "core/crypto/key_file.h"
#include "core/io/file.h"
#include "gateway/bills/bill_run.h"
#include "gateway/bills/bill_text.h"
#include "gateway/bills/proof_files.h"
#include "gateway/config/gateway_config.h"
#include "gateway/config/gateway_files.h"

namespace fairfeed {
namespace {

constexpr int kDone = 0;
constexpr int kFault = 1;
constexpr int kWrongInput = 2;
constexpr mode_t kOwnerOnly = 0600;  // the file opens a household's lines

using Lines = std::vector<std::string>;

struct BillDesk {
    LoadedGenesis genesis;
    Ledger ledger;
    Keyholder holder;
    BillOrder order;
};

Result<BillOrder, Lines> order_of(const BillsOptions& options) {
    BillOrder order;
    Lines wrong;
    if (options.month) order.month = parse_month(*options.month);
    if (options.meter) order.meter = MeterId::parse(*options.meter);
    if (options.month && !order.month)
        wrong.push_back("--month: '" + *options.month + "' is no month: write 2016-08");
    if (options.meter && !order.meter)
        wrong.push_back("--meter: '" + *options.meter +
                        "' is not a name (1 to 32 of a-z, 0-9, '-')");
    if (!options.month && !options.meter)
        wrong.push_back("say which bills: --month 2016-08, --meter NAME, or both");
    if (options.proof && (!options.month || !options.meter))
        wrong.push_back("--proof: of one bill: give --month and --meter");
    if (options.json && options.csv) wrong.push_back("--json or --csv, not both");
    if (!wrong.empty()) return unexpected(std::move(wrong));
    return order;
}

Result<BillDesk, Lines> open_desk(const BillsOptions& options) {
    auto order = order_of(options);
    if (!order) return unexpected(order.error());
    const auto config = load_gateway_config(options.config);
    if (!config) return unexpected(config.error());
    auto genesis = load_genesis_file(config->genesis);
    if (!genesis) return unexpected(Lines{genesis.error()});
    const std::filesystem::path file = options.ledger.value_or(config->ledger);
    auto ledger = Ledger::open_read_only(file, genesis->network);
    if (!ledger) return unexpected(Lines{ledger.error().message});
    const auto keys = load_agreement_keys(*config);
    if (!keys) return unexpected(Lines{keys.error()});
    Keyholder holder{genesis->content.dgmd, keys->front(), {keys->begin() + 1, keys->end()}};
    return BillDesk{std::move(*genesis), std::move(*ledger), std::move(holder), *order};
}

std::string int128_text(Int128 value) {
    const auto narrowed = narrow(value);
    return narrowed ? std::to_string(*narrowed) : "beyond 64 bits";
}

int write_proof(const BillDesk& desk, const std::filesystem::path& file, std::ostream& out,
                std::ostream& err) {
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) {
        err << file.string() << " exists already: name another file with --proof\n";
        return kWrongInput;
    }
    const auto bytes =
        proved_bill(desk.ledger, desk.genesis, desk.holder, *desk.order.meter, *desk.order.month);
    if (!bytes) {
        err << bytes.error() << '\n';
        return kFault;
    }
    if (const auto written = write_file_atomically(file, ByteView(*bytes), kOwnerOnly); !written) {
        err << written.error().message << '\n';
        return kFault;
    }
    out << file.string() << ": " << bytes->size() << " bytes, prove the whole bill. Check it with\n"
        << "  edge-node check-proof --genesis genesis.cbor " << file.string() << '\n';
    return kDone;
}

void print_table(const BillRun& run, std::ostream& out) {
    for (const DatedBill& dated : run.bills) {
        const Bill& bill = dated.bill;
        out << bill.number << " (" << to_string(dated.status) << "): " << bill.windows.size()
            << " windows, import " << bill.import_wh << " Wh, export " << bill.export_wh
            << " Wh of which " << bill.credited_wh << " credited; owes " << bill.import_micro
            << " + fixed " << bill.fixed_micro << " - earned " << bill.export_micro
            << " + corrected " << bill.corrected_micro << " = " << bill.total_micro << " micro\n";
    }
}

}  // namespace

int run_bills_command(const BillsOptions& options, std::ostream& out, std::ostream& err) {
    const auto desk = open_desk(options);
    if (!desk) {
        for (const std::string& line : desk.error())
            err << line << '\n';
        return kWrongInput;
    }
    if (options.proof) return write_proof(*desk, *options.proof, out, err);
    const auto run = run_bills(desk->ledger, desk->genesis, desk->holder, desk->order);
    if (!run) {
        err << run.error() << '\n';
        return kFault;
    }
    for (const std::string& line : run->unread)
        err << line << "; no bill of it\n";
    const int status = run->unread.empty() ? kDone : kFault;
    const bool is_whole = !desk->order.meter && run->unread.empty();
    if (is_whole && run->bills_micro + run->grid_micro != 0) {
        err << "all bills are " << int128_text(run->bills_micro) << " micro and account grid "
            << int128_text(run->grid_micro) << ": they do not add up to nothing\n";
        return kFault;
    }
    if (options.csv) {
        out << bills_csv(*run);
        return status;
    }
    if (options.json) {
        Json bills = Json::array();
        for (const DatedBill& dated : run->bills)
            bills.push(dated_bill_json(dated));
        Json page = Json::object().set("bills", std::move(bills));
        if (is_whole) page.set("grid_micro", narrow(run->grid_micro).value_or(0));
        out << page.dump(2) << '\n';
        return status;
    }
    print_table(*run, out);
    if (is_whole)
        out << "All bills " << int128_text(run->bills_micro) << " micro, account grid "
            << int128_text(run->grid_micro) << ": together nothing.\n";
    return status;
}

}  // namespace fairfeed
