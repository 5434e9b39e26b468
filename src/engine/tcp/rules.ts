/**
 * Every decision of the engine has a name. The catalogue says where each comes from: the section of
 * the RFC that speaks, the Linux function that does it. The sentence a reader sees stands under the
 * same name in `src/i18n`. `rfc` null: the RFCs do not ask for it.
 */
export interface Rule {
  readonly rfc: string | null;
  readonly linux: string;
}

export const RULES = {
  // Opening
  "listen.start": { rfc: "RFC 9293 3.10.1", linux: "inet_csk_listen_start" },
  "listen.port-taken": { rfc: null, linux: "inet_csk_listen_start: get_port" },
  "listen.syn": { rfc: "RFC 9293 3.10.7.2", linux: "tcp_conn_request" },
  "listen.queue-full": { rfc: null, linux: "tcp_conn_request: sk_acceptq_is_full" },
  "listen.old-timestamp": { rfc: null, linux: "tcp_conn_request: tcp_peer_is_proven (until 4.11)" },
  "listen.child": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_check_req, tcp_v4_syn_recv_sock" },
  "listen.child-queue-full": { rfc: null, linux: "tcp_v4_syn_recv_sock: sk_acceptq_is_full" },
  "listen.child-queue-full-rst": { rfc: null, linux: "tcp_check_req: tcp_abort_on_overflow" },
  "listen.not-a-syn": { rfc: "RFC 9293 3.10.7.2", linux: "tcp_rcv_state_process" },
  "connect.syn": { rfc: "RFC 9293 3.10.1", linux: "tcp_v4_connect, tcp_connect" },
  "connect.no-port": { rfc: null, linux: "tcp_v4_connect: inet_hash_connect" },
  "connect.established": { rfc: "RFC 9293 3.10.7.3", linux: "tcp_rcv_synsent_state_process" },
  "connect.refused": { rfc: "RFC 9293 3.10.7.3", linux: "tcp_reset: TCP_SYN_SENT" },
  "connect.bad-ack": { rfc: "RFC 9293 3.10.7.3", linux: "tcp_rcv_synsent_state_process: reset_and_undo" },
  "connect.crossing-syn": { rfc: "RFC 9293 3.5", linux: "tcp_rcv_synsent_state_process" },
  // Acceptance
  "accept.out-of-window": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_validate_incoming: tcp_sequence" },
  "accept.old-timestamp": { rfc: "RFC 7323 5.3", linux: "tcp_validate_incoming: tcp_paws_check" },
  "accept.ack-of-unsent": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_ack" },
  "accept.no-ack-flag": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_rcv_state_process" },
  "syn.challenge-ack": { rfc: "RFC 5961 4.2", linux: "tcp_validate_incoming: tcp_send_challenge_ack" },
  "syn.in-window-rst": { rfc: "RFC 793 3.9", linux: "tcp_validate_incoming: TCPABORTONSYN (until 3.6)" },
  "rst.in-window": { rfc: "RFC 793 3.4", linux: "tcp_validate_incoming: tcp_reset (until 3.6)" },
  "rst.exact": { rfc: "RFC 5961 3.2", linux: "tcp_validate_incoming: tcp_reset" },
  "rst.behind-fin": { rfc: null, linux: "tcp_reset_check" },
  "rst.challenge-ack": { rfc: "RFC 5961 3.2", linux: "tcp_validate_incoming: tcp_send_challenge_ack" },
  "no-socket.rst": { rfc: "RFC 9293 3.10.7.1", linux: "tcp_v4_send_reset" },
  "no-socket.rst-ignored": { rfc: "RFC 9293 3.10.7.1", linux: "tcp_v4_send_reset" },
  // Data and acknowledgements
  "data.send": { rfc: "RFC 9293 3.10.2", linux: "tcp_write_xmit" },
  "data.queued": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_data_queue" },
  "data.out-of-order": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_data_queue_ofo" },
  "data.duplicate": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_send_dupack" },
  "data.after-close": { rfc: "RFC 9293 3.6.1", linux: "tcp_rcv_state_process: TCPABORTONDATA" },
  "ack.at-once": { rfc: "RFC 9293 3.8.6.3", linux: "__tcp_ack_snd_check: tcp_in_quickack_mode" },
  "ack.delayed": { rfc: "RFC 9293 3.8.6.3", linux: "tcp_send_delayed_ack" },
  "ack.delay-over": { rfc: "RFC 9293 3.8.6.3", linux: "tcp_delack_timer_handler" },
  "ack.after-read": { rfc: null, linux: "tcp_cleanup_rbuf" },
  "ack.window-opened": { rfc: "RFC 9293 3.8.6.2.2", linux: "tcp_cleanup_rbuf: __tcp_select_window" },
  "ack.of-our-data": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_ack, tcp_clean_rtx_queue" },
  // Closing
  "close.fin": { rfc: "RFC 9293 3.10.4", linux: "__tcp_close, tcp_send_fin" },
  "close.unread-data-rst": { rfc: "RFC 9293 3.6.1", linux: "__tcp_close: TCPABORTONCLOSE" },
  "close.linger-0-rst": { rfc: "RFC 9293 3.10.5", linux: "__tcp_close, tcp_disconnect" },
  "close.before-established": { rfc: "RFC 9293 3.10.4", linux: "__tcp_close" },
  "close.listener": { rfc: "RFC 9293 3.10.4", linux: "inet_csk_listen_stop" },
  "close.orphan": { rfc: null, linux: "__tcp_close: sock_orphan" },
  "close.lingers": { rfc: null, linux: "sk_stream_wait_close" },
  "shutdown.fin": { rfc: "RFC 9293 3.10.4", linux: "tcp_shutdown, tcp_send_fin" },
  "fin.sent": { rfc: "RFC 9293 3.10.4", linux: "tcp_send_fin" },
  "fin.on-last-data": { rfc: null, linux: "tcp_send_fin" },
  "fin.passive-close": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_fin: TCP_ESTABLISHED" },
  "fin.crossing": { rfc: "RFC 9293 3.6 figure 13", linux: "tcp_fin: TCP_FIN_WAIT1" },
  "fin.second": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_fin: TCP_FIN_WAIT2" },
  "fin.again": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_fin" },
  "fin.acked": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_rcv_state_process: TCP_FIN_WAIT1" },
  "fin.acked-closing": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_rcv_state_process: TCP_CLOSING" },
  "fin.acked-last": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_rcv_state_process: TCP_LAST_ACK" },
  // FIN-WAIT-2 without a program
  "fw2.mini": { rfc: null, linux: "tcp_time_wait(sk, TCP_FIN_WAIT2)" },
  "fw2.full-first": { rfc: null, linux: "tcp_fin_time > TCP_TIMEWAIT_LEN: tcp_reset_keepalive_timer" },
  "fw2.full-to-mini": { rfc: null, linux: "tcp_keepalive_timer" },
  "fw2.full-reset": { rfc: null, linux: "tcp_keepalive_timer: tcp_send_active_reset" },
  "fw2.expired": { rfc: null, linux: "tw_timer_handler" },
  "fw2.linger2-negative": { rfc: null, linux: "__tcp_close, tcp_rcv_state_process: linger2 < 0" },
  "fw2.syn-rst": { rfc: null, linux: "tcp_timewait_state_process: substate TCP_FIN_WAIT2" },
  "fw2.data-rst": { rfc: "RFC 9293 3.6.1", linux: "tcp_timewait_state_process: substate TCP_FIN_WAIT2" },
  "fw2.rst": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_timewait_state_process: substate TCP_FIN_WAIT2" },
  "fw2.old-ack": { rfc: null, linux: "tcp_timewait_state_process: substate TCP_FIN_WAIT2" },
  // TIME-WAIT
  "tw.start": { rfc: "RFC 9293 3.6.1", linux: "tcp_time_wait: TCP_TIMEWAIT_LEN" },
  "tw.fin-again": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_timewait_state_process: inet_twsk_reschedule" },
  "tw.ack-restarts": { rfc: null, linux: "tcp_timewait_state_process" },
  "tw.syn-newer": { rfc: "RFC 6191 2, RFC 9293 3.6.1", linux: "tcp_timewait_state_process: TCP_TW_SYN" },
  "tw.syn-older": { rfc: "RFC 9293 3.10.7.4", linux: "tcp_timewait_state_process: TCP_TW_ACK" },
  "tw.old-timestamp": { rfc: "RFC 7323 5.3", linux: "tcp_timewait_state_process: paws_reject" },
  "tw.rst-kills": { rfc: "RFC 9293 3.10.7.4, RFC 1337 1", linux: "tcp_timewait_state_process: sysctl_tcp_rfc1337" },
  "tw.rst-ignored": { rfc: "RFC 1337 3", linux: "tcp_timewait_state_process: sysctl_tcp_rfc1337" },
  "tw.reused": { rfc: null, linux: "tcp_twsk_unique" },
  "tw.expired": { rfc: "RFC 9293 3.10.8", linux: "tw_timer_handler" },
  "tw.table-full": { rfc: null, linux: "inet_twsk_alloc: sysctl_max_tw_buckets" },
  // Loss
  "rto.armed": { rfc: "RFC 6298 5.1", linux: "tcp_rearm_rto" },
  "rto.fired": { rfc: "RFC 6298 5.4, 5.5", linux: "tcp_retransmit_timer" },
  "rto.tail-probe": { rfc: "RFC 8985 7.3", linux: "tcp_send_loss_probe" },
  "rto.gave-up": { rfc: "RFC 9293 3.8.3", linux: "tcp_write_timeout, tcp_write_err" },
  "rto.syn": { rfc: "RFC 6298 5.4, 5.5", linux: "tcp_retransmit_timer: TCP_SYN_SENT" },
  "rto.syn-ack": { rfc: "RFC 6298 5.4", linux: "reqsk_timer_handler" },
  "persist.armed": { rfc: "RFC 9293 3.8.6.1", linux: "tcp_check_probe_timer" },
  "persist.probe": { rfc: "RFC 9293 3.8.6.1", linux: "tcp_send_probe0" },
  "persist.opened": { rfc: "RFC 9293 3.8.6.1", linux: "tcp_ack_probe" },
  "keepalive.armed": { rfc: "RFC 9293 3.8.4", linux: "tcp_set_keepalive, tcp_keepalive_timer" },
  "keepalive.probe": { rfc: "RFC 9293 3.8.4", linux: "tcp_keepalive_timer: tcp_write_wakeup" },
  "keepalive.gave-up": { rfc: "RFC 9293 3.8.4", linux: "tcp_keepalive_timer: tcp_write_err" },
  "ss.destroyed": { rfc: "RFC 9293 3.10.5", linux: "tcp_abort (SOCK_DESTROY)" },
  // NAT
  "nat.out": { rfc: null, linux: "nf_nat_masquerade_ipv4" },
  "nat.in": { rfc: null, linux: "nf_nat_packet" },
  "nat.no-port": { rfc: null, linux: "nf_nat_l4proto_unique_tuple" },
  // Programs
  "exit.closes": { rfc: null, linux: "do_exit, exit_files" },
  "kill.closes": { rfc: null, linux: "do_exit, exit_files" },
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof RULES;
