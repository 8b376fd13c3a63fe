"""The bank's files for tests, written by pyiso20022's classes of the official schemas, not by anything of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pyiso20022.camt import camt_053_001_08 as camt
from pyiso20022.pain import pain_002_001_10 as pain
from xsdata.models.datatype import XmlDate, XmlDateTime

from tests.treasury import oracle

ACCOUNT = "31001520313050000017"
MADE = XmlDateTime.from_string("2021-03-02T08:00:00+08:00")


def money(kind: Any, fen: int, currency: str = "CNY") -> Any:
    return kind.ActiveOrHistoricCurrencyAndAmount(value=Decimal(fen) / 100, ccy=currency)


@dataclass
class Status:
    """One TxInfAndSts. A field that is None is left out."""

    key: str | None
    code: str | None
    fen: int | None = None
    reason: str | None = None
    more: str | None = None
    reference: str | None = None
    accepted: str | None = None
    currency: str = "CNY"


def status_report(
    *statuses: Status,
    original: str = "B-2021-0001",
    whole: str | None = None,
    block: str | None = None,
    block_id: str = "B-2021-0001-1",
    reason: str | None = None,
) -> bytes:
    """A pain.002.001.10."""
    transactions = [
        pain.PaymentTransaction105(
            orgnl_end_to_end_id=one.key,
            tx_sts=one.code,
            sts_rsn_inf=_reasons(one.reason, one.more),
            accptnc_dt_tm=XmlDateTime.from_string(one.accepted) if one.accepted else None,
            acct_svcr_ref=one.reference,
            orgnl_tx_ref=None
            if one.fen is None
            else pain.OriginalTransactionReference28(
                amt=pain.AmountType4Choice(instd_amt=money(pain, one.fen, one.currency))
            ),
        )
        for one in statuses
    ]
    document = pain.Document(
        cstmr_pmt_sts_rpt=pain.CustomerPaymentStatusReportV10(
            grp_hdr=pain.GroupHeader86(msg_id="STATUS-1", cre_dt_tm=MADE),
            orgnl_grp_inf_and_sts=pain.OriginalGroupHeader17(
                orgnl_msg_id=original,
                orgnl_msg_nm_id="pain.001.001.09",
                grp_sts=whole,
                sts_rsn_inf=_reasons(reason, None) if whole else [],
            ),
            orgnl_pmt_inf_and_sts=[
                pain.OriginalPaymentInstruction32(
                    orgnl_pmt_inf_id=block_id,
                    pmt_inf_sts=block,
                    sts_rsn_inf=_reasons(reason, None) if block else [],
                    tx_inf_and_sts=transactions,
                )
            ]
            if transactions or block
            else [],
        )
    )
    assert oracle.faults(document) == []
    return oracle.serialise(document, "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10")


def _reasons(code: str | None, more: str | None) -> list[pain.StatusReasonInformation12]:
    if code is None and more is None:
        return []
    reason = pain.StatusReason6Choice(cd=code) if code else None
    return [pain.StatusReasonInformation12(rsn=reason, addtl_inf=[more] if more else [])]


@dataclass
class Detail:
    """One TxDtls."""

    key: str | None = None
    fen: int | None = None
    name: str | None = None
    account: str | None = None
    text: str | None = None
    reference: str | None = None
    returned: str | None = None
    mark: str | None = None
    currency: str = "CNY"


@dataclass
class Entry:
    """One Ntry. `mark` DBIT is money out."""

    fen: int
    details: Sequence[Detail] = ()
    mark: str = "DBIT"
    status: str = "BOOK"
    reference: str | None = None
    number: str | None = None
    reversal: bool | None = None
    family: str | None = None
    day: str = "2021-03-01"
    together: int | None = None
    currency: str = "CNY"


def account_of(number: str) -> camt.AccountIdentification4Choice:
    return camt.AccountIdentification4Choice(othr=camt.GenericAccountIdentification1(id=number))


def statement(
    *entries: Entry,
    account: str = ACCOUNT,
    opening: int | None = None,
    closing: int | None = None,
    counted: int | None = None,
    page: tuple[str, bool] | None = None,
    times: int = 1,
    reference: str = "STMT-2021-060",
) -> bytes:
    """A camt.053.001.08 of 2021-03-01, with its balances when given."""
    balances = [
        camt.CashBalance8(
            tp=camt.BalanceType13(cd_or_prtry=camt.BalanceType10Choice(cd=code)),
            amt=money(camt, abs(fen)),
            cdt_dbt_ind=camt.CreditDebitCode.CRDT if fen >= 0 else camt.CreditDebitCode.DBIT,
            dt=camt.DateAndDateTime2Choice(dt=XmlDate(2021, 3, 1)),
        )
        for code, fen in (("OPBD", opening), ("CLBD", closing))
        if fen is not None
    ]
    one = camt.AccountStatement9(
        id=reference,
        stmt_pgntn=camt.Pagination1(pg_nb=page[0], last_pg_ind=page[1]) if page else None,
        cre_dt_tm=MADE,
        acct=camt.CashAccount39(id=account_of(account), ccy="CNY"),
        bal=balances,
        txs_summry=None
        if counted is None
        else camt.TotalTransactions6(ttl_ntries=camt.NumberAndSumOfTransactions4(nb_of_ntries=str(counted))),
        ntry=[_entry(entry) for entry in entries],
    )
    document = camt.Document(
        bk_to_cstmr_stmt=camt.BankToCustomerStatementV08(
            grp_hdr=camt.GroupHeader81(msg_id="CAMT-1", cre_dt_tm=MADE), stmt=[one] * times
        )
    )
    return oracle.serialise(document, "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08")


def _entry(entry: Entry) -> camt.ReportEntry10:
    together = camt.BatchInformation2(nb_of_txs=str(entry.together)) if entry.together else None
    details = [_detail(detail, entry.mark) for detail in entry.details]
    return camt.ReportEntry10(
        ntry_ref=entry.number,
        amt=money(camt, entry.fen, entry.currency),
        cdt_dbt_ind=camt.CreditDebitCode(entry.mark),
        rvsl_ind=entry.reversal,
        sts=camt.EntryStatus1Choice(cd=entry.status),
        bookg_dt=camt.DateAndDateTime2Choice(dt=XmlDate.from_string(entry.day)),
        acct_svcr_ref=entry.reference,
        bk_tx_cd=_code(entry.family),
        ntry_dtls=[camt.EntryDetails9(btch=together, tx_dtls=details)] if details or together else [],
    )


def _code(family: str | None) -> camt.BankTransactionCodeStructure4:
    if family is None:
        return camt.BankTransactionCodeStructure4()
    inner = camt.BankTransactionCodeStructure6(cd="ICDT", sub_fmly_cd=family)
    return camt.BankTransactionCodeStructure4(domn=camt.BankTransactionCodeStructure5(cd="PMNT", fmly=inner))


def _detail(detail: Detail, mark: str) -> camt.EntryTransaction10:
    party = None
    if detail.name:
        party = camt.Party40Choice(pty=camt.PartyIdentification135(nm=detail.name))
    account = camt.CashAccount38(id=account_of(detail.account)) if detail.account else None
    theirs = "cdtr" if mark == "DBIT" else "dbtr"
    return camt.EntryTransaction10(
        refs=camt.TransactionReferences6(end_to_end_id=detail.key, acct_svcr_ref=detail.reference),
        amt=None if detail.fen is None else money(camt, detail.fen, detail.currency),
        cdt_dbt_ind=camt.CreditDebitCode(detail.mark) if detail.mark else None,
        rltd_pties=camt.TransactionParties6(**{theirs: party, f"{theirs}_acct": account}) if party or account else None,
        rmt_inf=camt.RemittanceInformation16(ustrd=[detail.text]) if detail.text else None,
        rtr_inf=camt.PaymentReturnReason5(rsn=camt.ReturnReason5Choice(cd=detail.returned))
        if detail.returned
        else None,
    )
