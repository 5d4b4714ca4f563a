"""PHP: functions of the language and of the extensions that nearly every installation has."""

from __future__ import annotations

_FUNCTIONS = """
abs addslashes apcu_fetch apcu_store array_chunk array_column array_combine array_count_values array_diff array_diff_assoc array_diff_key
array_diff_ukey array_fill array_fill_keys array_filter array_flip array_intersect array_intersect_key array_is_list array_key_exists
array_key_first array_key_last array_keys array_map array_merge array_merge_recursive array_multisort array_pad array_pop array_product
array_push array_rand array_reduce array_replace array_replace_recursive array_reverse array_search array_shift array_slice array_splice
array_sum array_udiff array_uintersect array_unique array_unshift array_values array_walk array_walk_recursive arsort asort assert
base64_decode base64_encode base_convert basename bin2hex bindec boolval call_user_func call_user_func_array ceil chdir checkdate chmod
chown chr class_alias class_exists class_implements class_parents class_uses clearstatcache closedir compact constant copy count crc32
ctype_alnum ctype_alpha ctype_digit ctype_lower ctype_punct ctype_space ctype_upper ctype_xdigit curl_close curl_errno curl_error
curl_exec curl_getinfo curl_init curl_multi_add_handle curl_multi_close curl_multi_exec curl_multi_info_read curl_multi_init
curl_multi_remove_handle curl_multi_select curl_multi_setopt curl_reset curl_setopt curl_setopt_array curl_share_init curl_version current
date date_default_timezone_get date_default_timezone_set debug_backtrace debug_zval_refcount decbin dechex define defined dir dirname
disk_free_space each end enum_exists error_get_last error_log error_reporting escapeshellarg escapeshellcmd exec explode extension_loaded
extract fclose feof fflush fgetc fgetcsv fgets file file_exists file_get_contents file_put_contents fileatime filegroup filemtime
fileowner fileperms filesize filetype filter_var floatval flock floor flush fmod fnmatch fopen forward_static_call fprintf fputcsv fputs
fread fscanf fseek fsockopen fstat ftell ftruncate func_get_arg func_get_args func_num_args function_exists fwrite gc_collect_cycles
gc_disable gc_enable get_called_class get_class get_class_methods get_class_vars get_debug_type get_defined_constants get_defined_vars
get_object_vars get_parent_class get_resource_id get_resource_type getcwd getenv gethostbyname gethostname getmypid getopt gettimeofday
gettype glob gmdate gzcompress gzdecode gzdeflate gzencode gzinflate gzuncompress hash hash_algos hash_equals hash_file hash_final
hash_hmac hash_init hash_pbkdf2 hash_update header header_remove headers_sent hex2bin hexdec highlight_string hrtime html_entity_decode
htmlentities htmlspecialchars htmlspecialchars_decode http_build_query http_response_code iconv idate idn_to_ascii ignore_user_abort
implode in_array inet_ntop inet_pton ini_get ini_set intdiv interface_exists intval ip2long is_a is_array is_bool is_callable is_countable
is_dir is_executable is_file is_finite is_float is_infinite is_int is_integer is_iterable is_link is_nan is_null is_numeric is_object
is_readable is_resource is_scalar is_string is_subclass_of is_writable is_writeable iterator_apply iterator_count iterator_to_array join
json_decode json_encode json_last_error json_last_error_msg json_validate key key_exists krsort ksort lcfirst levenshtein
libxml_clear_errors libxml_use_internal_errors link localeconv log log10 long2ip ltrim max mb_check_encoding mb_convert_case
mb_convert_encoding mb_detect_encoding mb_internal_encoding mb_str_pad mb_str_split mb_strimwidth mb_stripos mb_strlen mb_strpos
mb_strrpos mb_strstr mb_strtolower mb_strtoupper mb_strwidth mb_substr mb_substr_count md5 md5_file memory_get_peak_usage memory_get_usage
memory_reset_peak_usage metaphone method_exists microtime min mkdir mktime move_uploaded_file mt_rand mt_srand natcasesort natsort next
nl2br number_format ob_end_clean ob_end_flush ob_flush ob_get_clean ob_get_contents ob_get_flush ob_get_level ob_start octdec
opcache_get_status opendir openssl_cipher_iv_length openssl_decrypt openssl_digest openssl_encrypt openssl_random_pseudo_bytes ord pack
parse_ini_file parse_str parse_url passthru password_get_info password_hash password_needs_rehash password_verify pathinfo pclose
pcntl_alarm pcntl_async_signals pcntl_fork pcntl_signal php_sapi_name php_uname phpinfo phpversion pi popen posix_getpid posix_kill
posix_isatty pow preg_grep preg_last_error preg_last_error_msg preg_match preg_match_all preg_quote preg_replace preg_replace_callback
preg_replace_callback_array preg_split prev print_r printf proc_close proc_get_status proc_open proc_terminate property_exists putenv
quoted_printable_decode quoted_printable_encode rand random_bytes random_int range rawurldecode rawurlencode readdir readfile readline
readlink realpath register_shutdown_function rename reset restore_error_handler restore_exception_handler rewind rewinddir rmdir round
rsort rtrim scandir serialize session_destroy session_id session_start set_error_handler set_exception_handler set_time_limit setcookie
setlocale settype sha1 sha1_file shell_exec shuffle similar_text sleep sort soundex spl_autoload_register spl_object_hash spl_object_id
sprintf sqrt srand sscanf stat str_contains str_ends_with str_getcsv str_ireplace str_pad str_repeat str_replace str_shuffle str_split
str_starts_with str_word_count strcasecmp strcmp strcspn stream_context_create stream_context_get_options stream_context_set_option
stream_copy_to_stream stream_filter_append stream_get_contents stream_get_meta_data stream_get_wrappers stream_is_local stream_isatty
stream_select stream_set_blocking stream_set_timeout stream_socket_accept stream_socket_client stream_socket_server
stream_wrapper_register strip_tags stripos stripslashes stristr strlen strncasecmp strncmp strpbrk strpos strrchr strrev strripos strrpos
strspn strstr strtok strtolower strtotime strtoupper strtr strval substr substr_compare substr_count substr_replace symlink
sys_get_temp_dir system tempnam time timezone_identifiers_list tmpfile token_get_all touch trait_exists trigger_error trim uasort ucfirst
ucwords uksort umask uniqid unlink unpack unserialize urldecode urlencode usleep usort utf8_decode utf8_encode var_dump var_export
version_compare vfprintf vprintf vsprintf wordwrap xml_parser_create zend_version
"""

FUNCTIONS = frozenset(_FUNCTIONS.split()) | {"isset", "empty", "exit", "die", "eval", "unset", "print", "list"}

CONSTANT_PREFIXES = (
    "ARRAY_", "COUNT_", "CREDITS_", "CURL", "DATE_", "DEBUG_", "DIRECTORY_SEPARATOR", "ENT_", "EXTR_", "E_", "FILE_", "FILTER_", "FNM_",
    "GLOB_", "INF", "INI_", "JSON_", "LC_", "LOCK_", "M_", "MB_", "NAN", "OPENSSL_", "PASSWORD_", "PATHINFO_", "PATH_SEPARATOR", "PHP_",
    "PREG_", "SEEK_", "SIG", "SORT_", "STDERR", "STDIN", "STDOUT", "STREAM_", "STR_", "T_",
)  # fmt: skip
