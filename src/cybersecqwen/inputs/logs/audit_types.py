"""Names of audit record types by number, for records that the kernel itself printed.

From the kernel's include/uapi/linux/audit.h and the audit userspace's lib/audit-records.h
(https://github.com/linux-audit/audit-userspace); where no audit daemon runs, the kernel log has the numbers.
"""

from __future__ import annotations

# A number, then the names from that number on; "-" stands for none.
_NAMES = """
1006 LOGIN
1100 USER_AUTH USER_ACCT USER_MGMT CRED_ACQ CRED_DISP USER_START USER_END USER_AVC USER_CHAUTHTOK USER_ERR
CRED_REFR USYS_CONFIG USER_LOGIN USER_LOGOUT ADD_USER DEL_USER ADD_GROUP DEL_GROUP DAC_CHECK CHGRP_ID TEST
TRUSTED_APP USER_SELINUX_ERR USER_CMD USER_TTY CHUSER_ID GRP_AUTH SYSTEM_BOOT SYSTEM_SHUTDOWN
SYSTEM_RUNLEVEL SERVICE_START SERVICE_STOP GRP_MGMT GRP_CHAUTHTOK MAC_CHECK ACCT_LOCK ACCT_UNLOCK USER_DEVICE
SOFTWARE_UPDATE
1200 DAEMON_START DAEMON_END DAEMON_ABORT DAEMON_CONFIG
1300 SYSCALL - PATH IPC SOCKETCALL CONFIG_CHANGE SOCKADDR CWD - EXECVE - IPC_SET_PERM MQ_OPEN MQ_SENDRECV
MQ_NOTIFY MQ_GETSETATTR KERNEL_OTHER FD_PAIR OBJ_PID TTY EOE BPRM_FCAPS CAPSET MMAP NETFILTER_PKT
NETFILTER_CFG SECCOMP PROCTITLE FEATURE_CHANGE REPLACE KERN_MODULE FANOTIFY TIME_INJOFFSET TIME_ADJNTPVAL BPF
EVENT_LISTENER URINGOP - DM_CTRL DM_EVENT
1400 AVC SELINUX_ERR AVC_PATH MAC_POLICY_LOAD MAC_STATUS MAC_CONFIG_CHANGE MAC_UNLBL_ALLOW
1700 ANOM_PROMISCUOUS ANOM_ABEND ANOM_LINK ANOM_CREAT
1800 INTEGRITY_DATA INTEGRITY_METADATA INTEGRITY_STATUS INTEGRITY_HASH INTEGRITY_PCR INTEGRITY_RULE
"""


def _table() -> dict[str, str]:
    found: dict[str, str] = {}
    number = 0
    for word in _NAMES.split():
        if word.isdigit():
            number = int(word)
            continue
        if word != "-":
            found[str(number)] = word
        number += 1
    return found


_TYPES = _table()


def type_name(number: str) -> str:
    """Give "AVC" for "1400", and, as the audit daemon writes it, "UNKNOWN[1999]" for one without a name."""
    return _TYPES.get(number) or f"UNKNOWN[{number}]"
