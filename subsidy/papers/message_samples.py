"""Made-up values for every message, as an outbox row would hold them: for showing the templates."""

from __future__ import annotations

REASON = {
    "message": "开班前不足7个工作日：最迟应于2020年9月25日备案。",
    "clause": "三（三）2（2）①",
    "document": "杭人社发〔2020〕43号",
    "remedy": "改期开班，或撤回后按新日期重新备案。",
}
REMEDIES = [
    {"way": "申请行政复议", "at": "某区人民政府", "within": "收到本决定之日起60日内"},
    {"way": "提起行政诉讼", "at": "某区人民法院", "within": "收到本决定之日起6个月内"},
]
OFFICE = {"office": "某区人力资源和社会保障局", "office_phone": "0571-00000000"}
CLASS = {**OFFICE, "provider": "样例学校", "class_code": "HZ-2020-C0007", "class_name": "养老护理"}
CLAIM = {**OFFICE, "claim_number": "HZ-2020-000123", "track": "合格证项目培训"}
BASIS = {"clause": "三（三）2（2）③", "document": "杭人社发〔2020〕43号"}
COUNTS = [{"name": "已审批", "count": 12}, {"name": "缺<数据>", "count": 3}]

SAMPLES: dict[str, dict[str, object]] = {
    "class_filed": {
        **CLASS,
        "filed_on": "2020-09-25",
        "starts_on": "2020-10-12",
        "ends_on": "2020-10-30",
        "heads": 40,
    },
    "class_filing_refused": {
        **CLASS,
        "reasons": [REASON, {"message": "缺少授课计划。"}],
        "first_lawful_start": "2020-10-13",
    },
    "class_change_decided": {
        **CLASS,
        "change": "上课地点改为二号楼",
        "approved": False,
        "decided_on": "2020-10-14",
        "reasons": [REASON],
    },
    "deadline_reminder": {
        **OFFICE,
        **BASIS,
        "number": "HZ-2020-C0007",
        "matter": "申报合格证项目补贴",
        "due_on": "2020-11-05",
        "working_days_left": 3,
        "final": False,
    },
    "deadline_missed": {
        **OFFICE,
        **BASIS,
        "number": "HZ-2020-C0007",
        "matter": "申报合格证项目补贴",
        "due_on": "2020-11-05",
        "consequence": "本次申领按逾期处理",
        "remedies": REMEDIES,
    },
    "deadline_escalated": {
        **OFFICE,
        **BASIS,
        "number": "HZ-2020-C0007",
        "matter": "补贴审核（养老护理，40人）",
        "due_on": "2020-11-05",
        "working_days_over": 5,
        "step": 1,
        "count": 40,
    },
    "correction_needed": {
        **CLAIM,
        "faults": [REASON, {"message": "缺少学员签到表。"}],
        "reply_by": "2020-11-12",
        "working_days": 5,
    },
    "claim_refused": {
        **CLAIM,
        "decided_on": "2020-11-13",
        "reasons": [REASON],
        "remedies": REMEDIES,
    },
    "claim_approved": {
        **CLAIM,
        "approved_on": "2020-11-13",
        "amount_fen": 6_000_000,
        "payee": "样例学校",
        "next_step": "拟拨付公示5个工作日",
    },
    "assessment_failed_resit": {
        **CLAIM,
        "assessed_on": "2020-10-31",
        "failed_parts": ["实操"],
        "resit_by": None,
        "resit_how": "与考核机构预约",
    },
    "certificates_late": {
        **CLASS,
        **BASIS,
        "missing": 2,
        "due_on": "2020-10-12",
        "working_days_late": 1,
    },
    "notice_posted": {
        **OFFICE,
        "notice_number": "HZ-N-2020-0031",
        "title": "合格证项目培训补贴拟拨付公示",
        "first_day": "2020-11-16",
        "last_day": "2020-11-20",
        "heads": 38,
        "total_fen": 5_700_000,
        "where": "/notices/HZ-N-2020-0031",
    },
    "objection_received": {
        **OFFICE,
        "objection_number": "HZ-O-2020-0002",
        "notice_number": "HZ-N-2020-0031",
        "received_on": "2020-11-18",
        "settle_by": "2020-11-25",
    },
    "objection_decided": {
        **OFFICE,
        "objection_number": "HZ-O-2020-0002",
        "notice_number": "HZ-N-2020-0031",
        "decided_on": "2020-11-24",
        "upheld": True,
        "finding": "经核查，3人未实际参加培训",
        "remedies": REMEDIES,
    },
    "payment_sent": {
        **CLAIM,
        "batch_number": "HZ-2020-0007",
        "amount_fen": 150_050,
        "ordered_on": "2020-11-23",
        "account_tail": "0019",
    },
    "bank_returned": {
        **CLAIM,
        "amount_fen": 150_050,
        "returned_on": "2020-11-24",
        "reason": "账户已注销",
        "account_tail": "0019",
        "reply_by": "2020-12-01",
    },
    "paid": {**CLAIM, "amount_fen": 150_050, "paid_on": "2020-11-24", "account_tail": ""},
    "policy_gap": {
        **OFFICE,
        **BASIS,
        "city": "杭州",
        "key": "certificate.apply_within",
        "means": "证书培训补贴的申领期限",
        "waiting": 17,
    },
    "roster_verdicts": {
        **CLASS,
        "file_name": "名册.xlsx",
        "rows": 40,
        "accepted": 38,
        "refused": 2,
        "reasons": [{"name": "证件号码存成了数字", "count": 2}],
        "where": "/classes/HZ-2020-C0007/uploads/3",
    },
    "calendar_changed": {
        **OFFICE,
        "notice": "国办发明电〔2020〕27号",
        "year": 2021,
        "moved": [
            {
                "matter": "申报合格证项目补贴",
                "number": "HZ-2020-C0009",
                "was": "2021-03-01",
                "now": "2021-03-03",
            }
        ],
    },
    "calendar_missing": {
        **OFFICE,
        "city": "杭州",
        "year": 2021,
        "provisional_from": "2020-12-25",
        "where": "https://subsidy.example/calendar",
    },
    "run_report": {
        **OFFICE,
        "city": "杭州",
        "business_date": "2020-11-24",
        "run": "推进申领",
        "run_id": "0f3a",
        "moved": COUNTS,
        "skipped": [],
        "queues": COUNTS,
        "where": "/runs/0f3a?city=hangzhou&day=2020-11-24",
    },
    "digest": {
        **OFFICE,
        "day": "2020-11-02",
        "lines": [
            {
                "number": "HZ-2020-C0005",
                "matter": "证书网上登记（月嫂，38人）",
                "due_on": "2020-10-30",
                "days_left": -1,
                "remark": "已转工作人员核查",
                "basis": "杭人社发〔2020〕43号 三（三）2（2）③",
            },
            {
                "number": "HZ-2020-C0007",
                "matter": "补贴申领期限（养老护理，40人）",
                "due_on": "2020-11-05",
                "days_left": 3,
                "remark": "",
                "basis": "杭人社发〔2020〕43号 四（二）",
            },
        ],
        "more": 4,
        "where": "/own",
    },
    "letter": {
        **OFFICE,
        "sections": [
            {"subject": "【请补正】合格证项目培训申领：共 1 项", "text": "您好：请补正签到表。"},
            {
                "subject": "【期限提醒】补正期限：还有 3 个工作日",
                "text": "您好：应在2020年11月12日前办理。",
            },
        ],
    },
}
