{{/* The labels by which the pods of a role are found: (dict "root" $ "role" "gateway"). */}}
{{- define "parley.selector" -}}
app.kubernetes.io/name: parley
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .role }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "parley.labels" -}}
{{ include "parley.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "parley.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* What the role says over what holds for each, as YAML. */}}
{{- define "parley.role" -}}
{{- mergeOverwrite (deepCopy .root.Values.roleDefaults) (index .root.Values.roles .role) | toYaml }}
{{- end }}

{{/* Everything that a pod of the product has beside its containers' own. */}}
{{- define "parley.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "parley.container" -}}
image: {{ include "parley.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
envFrom: [{ configMapRef: { name: {{ .Release.Name }}-settings } }]
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{- define "parley.mounts" -}}
- { name: secrets, mountPath: /run/secrets/parley, readOnly: true }
- { name: data, mountPath: /data }
- { name: tmp, mountPath: /tmp }
{{- end }}

{{- define "parley.volumes" -}}
- { name: secrets, secret: { secretName: {{ .Values.secret.name }}, defaultMode: 0440 } }
- { name: data, emptyDir: { sizeLimit: 64Mi } }
- { name: tmp, emptyDir: { sizeLimit: 256Mi } }
{{- end }}
