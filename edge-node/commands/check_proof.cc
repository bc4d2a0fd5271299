#include "edge-node/commands/check_proof.h"

#include <ostream>

#include "core/io/file.h"
#include "core/io/json_texts.h"
#include "core/proof/bill_proof.h"
#include "core/proof/proof.h"
#include "edge-node/commands/check_bill.h"
#include "edge-node/commands/factor_text.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/opened_ledger.h"
#include "edge-node/commands/prove_evidence.h"

namespace fairfeed {
namespace {

// Empty under a tariff of one band.
Json bands_json(const ProofFindings& findings) {
    Json bands = Json::array();
    for (std::size_t band = 0; band < findings.line.bands.size(); ++band)
        bands.push(Json::object()
                       .set("name", findings.tariff.band_name(band))
                       .set("import_wh", findings.line.bands[band].import_wh)
                       .set("credited_wh", findings.line.bands[band].credited_wh));
    return bands;
}

Json line_json(const ProofFindings& findings) {
    const SettlementLine& line = findings.line;
    return Json::object()
        .set("load_wh", line.load_wh)
        .set("import_wh", line.import_wh)
        .set("export_wh", line.export_wh)
        .set("credited_wh", line.credited_wh)
        .set("generation_wh", line.generation_wh)
        .set("available_wh", line.available_wh)
        .set("curtailed_wh", line.curtailed_wh)
        .set("capacity_w", line.capacity_w)
        .set("mes_w", line.mes_w)
        .set("in_force_from", findings.in_force_from_s)
        .set("import_amount_micro", line.import_amount_micro)
        .set("export_amount_micro", line.export_amount_micro)
        .set("fixed_micro", findings.fixed_micro)
        .set("bands", bands_json(findings))
        .set("amount_micro", line.import_amount_micro - line.export_amount_micro)
        .set("balance_micro", line.closing.balance_micro)
        .set("adjusted", Json::object()
                             .set("import_wh", line.adjusted.import_wh)
                             .set("export_wh", line.adjusted.export_wh)
                             .set("generation_wh", line.adjusted.generation_wh)
                             .set("credited_wh", line.adjusted.credited_wh)
                             .set("import_amount_micro", line.adjusted.import_amount_micro)
                             .set("export_amount_micro", line.adjusted.export_amount_micro));
}

Json to_json(const ProofFindings& findings) {
    return Json::object()
        .set("valid", true)
        .set("network", to_hex(findings.network.view()))
        .set("meter", findings.meter.str())
        .set("cluster", findings.cluster.str())
        .set("window", findings.window)
        .set("settled_with_window", findings.settled)
        .set("window_start", findings.window_start_s)
        .set("window_end", findings.window_end_s)
        .set("height", findings.height)
        .set("block", to_hex(findings.block.view()))
        .set("block_time_ms", findings.block_time_ms)
        .set("reading", to_hex(findings.reading.view()))
        .set("settlement", to_hex(findings.settlement.view()))
        .set("registers", Json::object()
                              .set("import_wh", findings.body.end.import_wh)
                              .set("export_wh", findings.body.end.export_wh)
                              .set("generation_wh", findings.body.end.generation_wh))
        .set("basis", to_string(findings.basis))
        .set("factors_ppm", whole_numbers_json(findings.factors))
        .set("bound_ppm", whole_numbers_json(findings.bound))
        .set("line", line_json(findings))
        .set("committee_class", to_string(findings.committee))
        .set("committee_members", findings.members)
        .set("endorsements", findings.endorsements)
        .set("validators", findings.validators)
        .set("signers", findings.signers)
        .set("proved", texts_json(findings.proved))
        .set("not_proved", texts_json(findings.not_proved));
}

void print_figures(const ProofFindings& findings, std::ostream& out) {
    const SettlementLine& line = findings.line;
    const Registers& end = findings.body.end;
    Table table("lrlr");
    table.add({"load", kwh_text(line.load_wh) + " kWh", "", ""});
    table.add({"import", kwh_text(line.import_wh) + " kWh", "costs",
               money_text(line.import_amount_micro)});
    if (findings.fixed_micro != 0)
        table.add({"", "", "of it fixed", money_text(findings.fixed_micro)});
    for (std::size_t band = 0; band < line.bands.size(); ++band)
        table.add({"  " + std::string(findings.tariff.band_name(band)),
                   kwh_text(line.bands[band].import_wh) + " kWh", "",
                   kwh_text(line.bands[band].credited_wh) + " kWh credited"});
    table.add({"export", kwh_text(line.export_wh) + " kWh", "", ""});
    table.add({"  credited", kwh_text(line.credited_wh) + " kWh", "earns",
               money_text(line.export_amount_micro)});
    table.add({"generation", kwh_text(line.generation_wh) + " kWh", "", ""});
    table.add({"  curtailed", kwh_text(line.curtailed_wh) + " kWh", "", ""});
    table.add({"register 1.8.0", kwh_text(end.import_wh) + " kWh", "owes for the window",
               money_text(line.import_amount_micro - line.export_amount_micro)});
    table.add({"register 2.8.0", kwh_text(end.export_wh) + " kWh", "balance",
               money_text(line.closing.balance_micro)});
    const Adjustment& more = line.adjusted;
    if (more != Adjustment{}) {
        table.add({"trued up, import", kwh_text(more.import_wh) + " kWh", "costs",
                   money_text(more.import_amount_micro)});
        table.add({"trued up, credited", kwh_text(more.credited_wh) + " kWh", "earns",
                   money_text(more.export_amount_micro)});
    }
    table.print(out);
}

void print_share(const ProofFindings& findings, const NetworkParameters& parameters,
                 std::ostream& out) {
    out << "\nThe share of this line is for window " << share_is_for(parameters, findings.settled)
        << ", basis " << basis_text(parameters, findings.basis) << ".\n";
    print_factors(parameters, findings.settled, findings.bound, findings.factors, out);
}

void print_page(const ProofFindings& findings, const NetworkParameters& parameters,
                std::ostream& out) {
    out << "The proof holds.\n\nNetwork " << to_hex(findings.network.view()) << "\nMeter "
        << findings.meter.str() << ", cluster " << findings.cluster.str() << ", window "
        << findings.window << ": " << utc_text(findings.window_start_s) << " to "
        << utc_text(findings.window_end_s) << " grid time\n";
    if (findings.settled != findings.window)
        out << "The reading came late; the line is that of window " << findings.settled << ".\n";
    print_figures(findings, out);
    print_share(findings, parameters, out);
    out << "\nProved, trusting nothing but the genesis file:\n";
    for (const std::string& line : findings.proved)
        out << "  + " << line << '\n';
    out << "\nNot proved by this file:\n";
    for (const std::string& line : findings.not_proved)
        out << "  - " << line << '\n';
}

int report_fault(const ProofFault& fault, bool json, std::ostream& out) {
    if (json)
        out << Json::object()
                   .set("valid", false)
                   .set("part", to_string(fault.part))
                   .set("explanation", fault.explanation)
                   .dump(2)
            << '\n';
    else
        out << "THE PROOF DOES NOT HOLD: " << to_string(fault.part) << ": " << fault.explanation
            << '\n';
    return kExitFault;
}

}  // namespace

int run_check_proof(const CheckProofOptions& options, std::ostream& out, std::ostream& err) {
    const auto genesis = load_genesis(options.genesis);
    if (!genesis) return report_input_errors(genesis.error(), err);
    const auto bytes = read_file(options.file, kMaxBillProofBytes);
    if (!bytes) return report_input_errors({bytes.error().message}, err);
    if (is_bill_file(*bytes)) {
        const auto bill = check_bill_proof(*bytes, *genesis);
        if (!bill) return report_fault(bill.error(), options.json, out);
        print_bill(*bill, options.json, out);
        return kExitOk;
    }
    if (is_evidence_file(*bytes)) {
        const auto evidence = check_evidence_file(*bytes, *genesis);
        if (!evidence) return report_fault(evidence.error(), options.json, out);
        print_evidence(*evidence, options.json, out);
        return kExitOk;
    }
    const auto findings = check_proof(*bytes, *genesis);
    if (!findings) return report_fault(findings.error(), options.json, out);
    if (options.json)
        out << to_json(*findings).dump(2) << '\n';
    else
        print_page(*findings, genesis->content.parameters, out);
    return kExitOk;
}

}  // namespace fairfeed
